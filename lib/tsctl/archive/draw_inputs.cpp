#include "tsctl/archive/draw_inputs.h"

#include <bit>
#include <cmath>
#include <cstring>

#include "tsctl/archive/tensor_file.h"
#include "tsctl/archive/tensor_file_writer.h"
#include "tsctl/core/inputs/input_path.h"
#include "tsctl/core/inputs/staged_input.h"

namespace tsctl {

namespace {

std::size_t element_count(const std::vector<std::int64_t>& shape) {
  std::size_t count = 1;
  for (const std::int64_t size : shape) count *= static_cast<std::size_t>(size);
  return count;
}

// Converts IEEE binary32 to bfloat16, rounding to nearest, ties to even.
std::uint16_t bfloat16_from(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if (std::isnan(value)) return 0x7FC0;
  return static_cast<std::uint16_t>((bits + 0x7FFFU + ((bits >> 16) & 1U)) >> 16);
}

// Converts IEEE binary32 to binary16, rounding to nearest, ties to even.
std::uint16_t float16_from(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const auto sign = static_cast<std::uint16_t>((bits >> 16) & 0x8000U);
  if (std::isnan(value)) return static_cast<std::uint16_t>(sign | 0x7E00U);
  const float size = std::abs(value);
  if (size >= 65520.0F) return static_cast<std::uint16_t>(sign | 0x7C00U);
  if (size < 0x1p-14F) {
    // Subnormal in binary16: adding 0.5 rounds to a multiple of 2^-24 and leaves it in the low bits.
    return static_cast<std::uint16_t>(sign | (std::bit_cast<std::uint32_t>(size + 0.5F) & 0x07FFU));
  }
  const auto magnitude = std::bit_cast<std::uint32_t>(size);
  const std::uint32_t rounded = magnitude + 0x0FFFU + ((magnitude >> 13) & 1U);
  return static_cast<std::uint16_t>(sign | ((rounded - (112U << 23)) >> 13));
}

template <typename To, typename From, typename Convert>
std::string converted(const From* from, std::size_t count, Convert convert) {
  std::string bytes(count * sizeof(To), '\0');
  for (std::size_t i = 0; i < count; ++i) {
    const To element = convert(from[i]);
    std::memcpy(bytes.data() + i * sizeof(To), &element, sizeof(To));
  }
  return bytes;
}

template <typename To>
std::string cast_integers(const std::int64_t* from, std::size_t count) {
  return converted<To>(from, count, [](std::int64_t value) { return static_cast<To>(value); });
}

std::string stored_bytes(Dtype dtype, std::string staged, std::size_t count) {
  const auto* reals = reinterpret_cast<const float*>(staged.data());
  const auto* integers = reinterpret_cast<const std::int64_t*>(staged.data());
  switch (dtype) {
    case Dtype::float16:
      return converted<std::uint16_t>(reals, count, float16_from);
    case Dtype::bfloat16:
      return converted<std::uint16_t>(reals, count, bfloat16_from);
    case Dtype::int32:
      return cast_integers<std::int32_t>(integers, count);
    case Dtype::int16:
      return cast_integers<std::int16_t>(integers, count);
    case Dtype::int8:
      return cast_integers<std::int8_t>(integers, count);
    case Dtype::uint8:
    case Dtype::boolean:
      return cast_integers<std::uint8_t>(integers, count);
    default:
      return staged;
  }
}

std::string drawn_bytes(const DrawnTensor& tensor, std::uint64_t seed) {
  const std::size_t count = element_count(tensor.shape);
  const std::size_t elements = is_complex(tensor.dtype) ? 2 * count : count;
  std::string staged(elements * element_size_bytes(staging_dtype(tensor.dtype)), '\0');
  fill_staged(tensor.dtype, {seed, tensor.stream}, staged.data(), count, tensor.low, tensor.high);
  return stored_bytes(tensor.dtype, std::move(staged), count);
}

}  // namespace

void write_drawn_inputs(const std::string& path, const std::vector<InputSet>& sets,
                        std::uint64_t seed) {
  std::vector<CallRecord> calls;
  std::vector<TensorBuffer> buffers;
  std::vector<std::string> bytes;
  for (const InputSet& set : sets) {
    CallRecord call{.label = set.label};
    for (std::size_t i = 0; i < set.tensors.size(); ++i) {
      const DrawnTensor& tensor = set.tensors[i];
      const std::string leaf = "in." + (tensor.name.empty() ? std::to_string(i) : tensor.name);
      Value value{.kind = Value::Kind::tensor, .tensor = tensor_key(set.label, leaf)};
      value.complex_pairs = is_complex(tensor.dtype);
      bytes.push_back(drawn_bytes(tensor, seed));
      buffers.push_back({.key = value.tensor, .dtype = tensor.dtype, .shape = tensor.shape});
      if (tensor.name.empty()) {
        call.args.push_back(std::move(value));
      } else {
        place_input(call.kwargs, input_path_from_text(tensor.name).value(), std::move(value));
      }
    }
    calls.push_back(std::move(call));
  }
  for (std::size_t i = 0; i < buffers.size(); ++i) {
    buffers[i].data = bytes[i].data();
    buffers[i].size_bytes = bytes[i].size();
  }
  write_tensor_file(path, calls, buffers);
}

}  // namespace tsctl
