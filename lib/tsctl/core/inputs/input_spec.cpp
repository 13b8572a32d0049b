#include "tsctl/core/inputs/input_spec.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <string_view>

#include "tsctl/core/base/did_you_mean.h"
#include "tsctl/core/base/error.h"
#include "tsctl/core/base/identifier.h"

namespace tsctl {

namespace {

constexpr std::string_view kInputHint =
    "the form is [NAME:]SHAPE[:DTYPE][@LO..HI], such as 1x3x224x224 or ids:BxT:int64@0..30521";

// The largest whole numbers that a double, and so LO and HI, holds exactly.
constexpr double kLargestExactInteger = 9007199254740992.0;

[[noreturn]] void refuse_input(const std::string& text, const std::string& fault,
                               const std::string& hint = {}) {
  throw Error(ErrorKind::usage, "--input '" + text + "': " + fault,
              hint.empty() ? std::string(kInputHint) : hint);
}

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

bool is_dim_name(std::string_view text) noexcept {
  return is_identifier(text) && text.front() != '_' &&
         std::none_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// A number that fills `text` to its end, or nothing.
template <typename Number>
std::optional<Number> number_from(std::string_view text) noexcept {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool only_digits(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

// What is wrong with a size, or "" when nothing is.
std::string size_fault(std::string_view text) {
  if (text.empty()) return "a size is missing";
  if (only_digits(text))
    return number_from<std::int64_t>(text) ? "" : "the size " + quoted(text) + " is too large";
  if (is_dim_name(text)) return {};
  if (is_identifier(text))
    return quoted(text) + " is no size; the name of a dimension is in capitals";
  return quoted(text) + " is neither a number nor the name of a dimension";
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
      return {{}, "the shape " + quoted(text) + " has no closing bracket"};
    text = trimmed(text.substr(1, text.size() - 2));
    if (text.empty()) return reading;
  }
  for (std::string_view part : split(text, bracketed ? ',' : 'x')) {
    if (bracketed) part = trimmed(part);
    const std::string fault = size_fault(part);
    if (!fault.empty()) return {{}, "in the shape " + quoted(text) + ", " + fault};
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
  refuse_input(text, "there is no dtype " + quoted(dtype),
               close.empty() ? "the dtypes are " + joined(name_list<Dtype>())
                             : "did you mean " + close + "?");
}

// Tells the user which of NAME:SHAPE and SHAPE:DTYPE was meant and what is wrong with it.
[[noreturn]] void refuse_pair(const std::string& text, std::string_view first,
                              std::string_view second) {
  const bool close_to_dtype = !closest_name(second, name_list<Dtype>()).empty();
  if (read_shape(first).fault.empty() && (close_to_dtype || !is_identifier(first)))
    refuse_dtype(text, second);
  if (!is_identifier(first)) refuse_input(text, quoted(first) + " is neither a name nor a shape");
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
      if (is_identifier(parts[0]) && !read_shape(parts[0]).fault.empty()) {
        refuse_input(text, "the shape of " + quoted(parts[0]) + " is missing",
                     "write " + std::string(parts[0]) + ":SHAPE:" + std::string(parts[1]));
      }
      return {{}, parts[0], parts[1]};
    }
    if (!is_identifier(parts[0]) || !read_shape(parts[1]).fault.empty())
      refuse_pair(text, parts[0], parts[1]);
    return {parts[0], parts[1], {}};
  }
  if (parts.size() > 3) refuse_input(text, "it has more than three parts between colons");
  if (!is_identifier(parts[0])) {
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
    // The largest bfloat16: 8 significant bits.
    DtypeRange{Dtype::bfloat16, -0x1.fep127, 0x1.fep127},
    DtypeRange{Dtype::complex64, -kFloat32Max, kFloat32Max},
    DtypeRange{Dtype::int64, -kLargestExactInteger, kLargestExactInteger},
    DtypeRange{Dtype::int32, -2147483648.0, 2147483647.0},
    DtypeRange{Dtype::int16, -32768.0, 32767.0},
    DtypeRange{Dtype::int8, -128.0, 127.0},
    DtypeRange{Dtype::uint8, 0.0, 255.0},
};

void check_bound(const InputSpec& spec, std::string_view text, double bound) {
  const bool whole_only = !is_floating(spec.dtype) && !is_complex(spec.dtype);
  if (whole_only && bound != std::floor(bound)) {
    refuse_input(spec.text,
                 quoted(text) + " is not a whole number, as " + name_of(spec.dtype) + " needs");
  }
  for (const DtypeRange& range : kRanges) {
    if (range.dtype != spec.dtype || (bound >= range.low && bound <= range.high)) continue;
    refuse_input(spec.text,
                 spec.dtype == Dtype::int64
                     ? quoted(text) + " is beyond 2^53, the largest bound that can be given"
                     : quoted(text) + " does not fit into " + name_of(spec.dtype));
  }
}

double bound_from(const InputSpec& spec, std::string_view text, const char* which) {
  if (text.empty())
    refuse_input(spec.text, std::string("the ") + which + " bound of the range is missing");
  const std::optional<double> bound = number_from<double>(text);
  if (!bound || !std::isfinite(*bound)) refuse_input(spec.text, quoted(text) + " is not a number");
  check_bound(spec, text, *bound);
  return *bound;
}

void read_range(InputSpec& spec, std::string_view range) {
  if (spec.dtype == Dtype::boolean) {
    refuse_input(spec.text, "a bool input cannot have a range",
                 "leave out '@" + std::string(range) + "'");
  }
  const std::size_t dots = range.find("..");
  if (dots == std::string_view::npos) {
    refuse_input(spec.text, "the range " + quoted(range) + " has no '..'",
                 "write @LO..HI; both ends are included");
  }
  const double low = bound_from(spec, range.substr(0, dots), "lower");
  const double high = bound_from(spec, range.substr(dots + 2), "upper");
  if (low > high) refuse_input(spec.text, "the range " + quoted(range) + " ends before it begins");
  spec.low = low;
  spec.high = high;
}

// The shortest text that reads back as the same number.
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
    throw Error(ErrorKind::usage, flag + " '" + text + "': " + fault,
                "the form is NAME=V1,V2,…, such as B=1,8,32");
  };
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos) refuse("there is no '='");
  DimSpec dim;
  dim.name = text.substr(0, equals);
  if (dim.name.empty()) refuse("the name before '=' is missing");
  if (!is_dim_name(dim.name))
    refuse(quoted(dim.name) + " is not the name of a dimension, which is in capitals");

  for (const std::string_view part : split(std::string_view(text).substr(equals + 1), ',')) {
    if (part.empty()) refuse("a value is missing");
    const std::optional<std::int64_t> value = number_from<std::int64_t>(part);
    if (!value)
      refuse(quoted(part) + (only_digits(part) ? " is too large" : " is not a whole number"));
    if (*value < 1) refuse(quoted(part) + " is below 1");
    if (std::find(dim.values.begin(), dim.values.end(), *value) != dim.values.end()) {
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
