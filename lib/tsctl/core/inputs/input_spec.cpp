#include "tsctl/core/inputs/input_spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <string_view>

#include "tsctl/core/base/did_you_mean.h"
#include "tsctl/core/base/error.h"
#include "tsctl/core/base/identifier.h"
#include "tsctl/core/base/split.h"
#include "tsctl/core/base/text.h"
#include "tsctl/core/inputs/input_path.h"

namespace tsctl {

namespace {

constexpr std::string_view kInputHint =
    "the form is [NAME:]SHAPE[:DTYPE][@LO..HI], such as 1x3x224x224 or ids:BxT:int64@0..30521";

// 2^53: LO and HI are doubles, which represent larger integers inexactly.
constexpr double kMaxExactInteger = 9007199254740992.0;

[[noreturn]] void refuse_input(const std::string& text, const std::string& fault,
                               const std::string& hint = {}) {
  throw Error(ErrorKind::usage, fmt::format("--input '{}': {}", text, fault),
              hint.empty() ? std::string(kInputHint) : hint);
}

std::string quoted(std::string_view text) { return fmt::format("'{}'", text); }

// A parameter, or an item or member of one: "images[0]", "batch.ids".
bool is_input_name(std::string_view text) { return input_path_from_text(text).has_value(); }

bool is_dim_name(std::string_view text) noexcept {
  return is_identifier(text) && text.front() != '_' &&
         std::ranges::none_of(text, [](char c) { return c >= 'a' && c <= 'z'; });
}

// The number in `text`; nullopt if the text is anything else.
template <typename Number>
std::optional<Number> number_from(std::string_view text) noexcept {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool only_digits(std::string_view text) noexcept {
  return !text.empty() && std::ranges::all_of(text, is_digit);
}

// A description of the error in a size, or "".
std::string size_fault(std::string_view text) {
  if (text.empty()) return "a size is missing";
  if (only_digits(text))
    return number_from<std::int64_t>(text) ? "" : fmt::format("the size '{}' is too large", text);
  if (is_dim_name(text)) return {};
  if (is_identifier(text))
    return fmt::format("'{}' is not a size; write the name of a dimension in capitals", text);
  return fmt::format("'{}' is neither a number nor the name of a dimension", text);
}

struct ShapeReading {
  std::vector<Size> sizes = {};
  std::string fault = {};  // empty if the text is a shape
};

ShapeReading read_shape(std::string_view text) {
  ShapeReading reading;
  if (text == "scalar") return reading;
  if (text.empty()) return {{}, "the shape is missing"};
  const bool bracketed = text.front() == '[';
  if (bracketed) {
    if (text.size() < 2 || text.back() != ']')
      return {{}, fmt::format("the shape '{}' has no closing bracket", text)};
    text = trimmed(text.substr(1, text.size() - 2));
    if (text.empty()) return reading;
  }
  for (std::string_view part : split(text, bracketed ? ',' : 'x')) {
    if (bracketed) part = trimmed(part);
    const std::string fault = size_fault(part);
    if (!fault.empty()) return {{}, fmt::format("in the shape '{}', {}", text, fault)};
    if (only_digits(part)) {
      reading.sizes.push_back({*number_from<std::int64_t>(part), {}});
    } else {
      reading.sizes.push_back({0, std::string(part)});
    }
  }
  return reading;
}

[[noreturn]] void refuse_dtype(const std::string& text, std::string_view dtype) {
  if (dtype.empty()) refuse_input(text, "the dtype after the colon is missing");
  const std::string close = closest_name(dtype, name_list<Dtype>());
  refuse_input(text, fmt::format("there is no dtype '{}'", dtype),
               close.empty() ? fmt::format("the dtypes are {}", fmt::join(name_list<Dtype>(), ", "))
                             : fmt::format("did you mean {}?", close));
}

// Reports the error in a text that was meant as NAME:SHAPE or as SHAPE:DTYPE.
[[noreturn]] void refuse_pair(const std::string& text, std::string_view first,
                              std::string_view second) {
  const bool close_to_dtype = !closest_name(second, name_list<Dtype>()).empty();
  if (read_shape(first).fault.empty() && (close_to_dtype || !is_input_name(first)))
    refuse_dtype(text, second);
  if (!is_input_name(first))
    refuse_input(text, fmt::format("'{}' is neither a name nor a shape", first));
  refuse_input(text, read_shape(second).fault);
}

struct Parts {
  std::string_view name = {};
  std::string_view shape = {};
  std::string_view dtype = {};
};

Parts parts_of(const std::string& text, std::string_view head) {
  const std::vector<std::string_view> parts = split(head, ':');
  if (parts.size() == 1) return {{}, parts[0], {}};
  if (parts.size() == 2) {
    if (dtype_from_name(parts[1])) {
      if (is_input_name(parts[0]) && !read_shape(parts[0]).fault.empty()) {
        refuse_input(text, fmt::format("the shape of '{}' is missing", parts[0]),
                     fmt::format("write {}:SHAPE:{}", parts[0], parts[1]));
      }
      return {{}, parts[0], parts[1]};
    }
    if (!is_input_name(parts[0]) || !read_shape(parts[1]).fault.empty())
      refuse_pair(text, parts[0], parts[1]);
    return {parts[0], parts[1], {}};
  }
  if (parts.size() > 3) refuse_input(text, "it has more than three parts between colons");
  if (!is_input_name(parts[0])) {
    refuse_input(text, parts[0].empty() ? "the name before the first colon is missing"
                                        : quoted(parts[0]) + " is not a parameter name");
  }
  if (!dtype_from_name(parts[2])) refuse_dtype(text, parts[2]);
  return {parts[0], parts[1], parts[2]};
}

struct DtypeRange {
  Dtype dtype;
  double low;
  double high;
};

constexpr double kFloat32Max = std::numeric_limits<float>::max();

constexpr std::array kRanges{
    DtypeRange{Dtype::float32, -kFloat32Max, kFloat32Max},
    DtypeRange{Dtype::float16, -65504.0, 65504.0},
    // A bfloat16 has 8 significant bits.
    DtypeRange{Dtype::bfloat16, -0x1.fep127, 0x1.fep127},
    DtypeRange{Dtype::complex64, -kFloat32Max, kFloat32Max},
    DtypeRange{Dtype::int64, -kMaxExactInteger, kMaxExactInteger},
    DtypeRange{Dtype::int32, -2147483648.0, 2147483647.0},
    DtypeRange{Dtype::int16, -32768.0, 32767.0},
    DtypeRange{Dtype::int8, -128.0, 127.0},
    DtypeRange{Dtype::uint8, 0.0, 255.0},
};

void check_bound(const InputSpec& spec, std::string_view text, double bound) {
  const bool whole_only = !is_floating(spec.dtype) && !is_complex(spec.dtype);
  if (whole_only && bound != std::floor(bound)) {
    refuse_input(spec.text, fmt::format("'{}' is not a whole number, which {} needs", text,
                                        name_of(spec.dtype)));
  }
  for (const DtypeRange& range : kRanges) {
    if (range.dtype != spec.dtype || (bound >= range.low && bound <= range.high)) continue;
    refuse_input(spec.text,
                 spec.dtype == Dtype::int64
                     ? fmt::format("'{}' exceeds 2^53, the largest bound", text)
                     : fmt::format("'{}' does not fit into {}", text, name_of(spec.dtype)));
  }
}

double bound_from(const InputSpec& spec, std::string_view text, const char* which) {
  if (text.empty())
    refuse_input(spec.text, fmt::format("the {} bound of the range is missing", which));
  const std::optional<double> bound = number_from<double>(text);
  if (!bound || !std::isfinite(*bound)) refuse_input(spec.text, quoted(text) + " is not a number");
  check_bound(spec, text, *bound);
  return *bound;
}

void read_range(InputSpec& spec, std::string_view range) {
  if (spec.dtype == Dtype::boolean) {
    refuse_input(spec.text, "a bool input cannot have a range",
                 fmt::format("leave out '@{}'", range));
  }
  const std::size_t dots = range.find("..");
  if (dots == std::string_view::npos) {
    refuse_input(spec.text, fmt::format("the range '{}' has no '..'", range),
                 "write @LO..HI; both bounds are inclusive");
  }
  const double low = bound_from(spec, range.substr(0, dots), "lower");
  const double high = bound_from(spec, range.substr(dots + 2), "upper");
  if (low > high)
    refuse_input(spec.text,
                 fmt::format("the lower bound of the range '{}' exceeds the upper bound", range));
  spec.low = low;
  spec.high = high;
}

// The shortest text that parses to the same number.
std::string text_from_bound(double bound) {
  std::array<char, 32> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), bound);
  return error == std::errc{} ? std::string(buffer.data(), end) : std::to_string(bound);
}

}  // namespace

InputSpec input_spec_from_text(const std::string& text) {
  InputSpec spec;
  spec.text = text;
  if (text.empty()) refuse_input(text, "it is empty");
  const std::string_view whole(text);
  const std::size_t at = whole.find('@');

  const Parts parts = parts_of(text, whole.substr(0, at));
  ShapeReading shape = read_shape(parts.shape);
  if (!shape.fault.empty()) refuse_input(text, shape.fault);
  spec.name = parts.name;
  spec.shape = std::move(shape.sizes);
  if (!parts.dtype.empty()) spec.dtype = *dtype_from_name(parts.dtype);
  if (at != std::string_view::npos) read_range(spec, whole.substr(at + 1));
  return spec;
}

std::string text_from_input_spec(const InputSpec& spec) {
  std::string text = spec.name.empty() ? "" : spec.name + ':';
  if (spec.shape.empty()) text += "scalar";
  for (std::size_t axis = 0; axis < spec.shape.size(); ++axis) {
    const Size& size = spec.shape[axis];
    text += (axis > 0 ? "x" : "") + (size.dim.empty() ? std::to_string(size.value) : size.dim);
  }
  text += ':';
  text += name_of(spec.dtype);
  if (spec.low && spec.high)
    text += '@' + text_from_bound(*spec.low) + ".." + text_from_bound(*spec.high);
  return text;
}

DimSpec dim_spec_from_text(const std::string& text, const std::string& flag) {
  const auto refuse = [&](const std::string& fault) {
    throw Error(ErrorKind::usage, fmt::format("{} '{}': {}", flag, text, fault),
                "the form is NAME=V1,V2,…, such as B=1,8,32");
  };
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos) refuse("there is no '='");
  DimSpec dim;
  dim.name = text.substr(0, equals);
  if (dim.name.empty()) refuse("the name before '=' is missing");
  if (!is_dim_name(dim.name))
    refuse(fmt::format("'{}' is not the name of a dimension: write it in capitals", dim.name));

  for (const std::string_view part : split(std::string_view(text).substr(equals + 1), ',')) {
    if (part.empty()) refuse("a value is missing");
    const std::optional<std::int64_t> value = number_from<std::int64_t>(part);
    if (!value)
      refuse(quoted(part) + (only_digits(part) ? " is too large" : " is not a whole number"));
    if (*value < 1) refuse(quoted(part) + " is below 1");
    if (std::ranges::find(dim.values, *value) != dim.values.end()) {
      refuse(quoted(part) + " is given twice");
    }
    dim.values.push_back(*value);
  }
  return dim;
}

std::vector<DimSpec> bench_dims_from_text(const std::string& text) {
  std::vector<DimSpec> dims;
  if (text.empty()) return dims;
  for (const std::string_view part : split(text, ',')) {
    dims.push_back(dim_spec_from_text(std::string(part), "--bench-dim"));
  }
  return dims;
}

}  // namespace tsctl
