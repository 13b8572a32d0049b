#include "tsctl/archive/tensor_bytes.h"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "tsctl/archive/element_reader.h"
#include "tsctl/archive/value_difference.h"
#include "tsctl/files/digest.h"

namespace tsctl {

namespace {

constexpr std::size_t kChunkBytes = std::size_t{240} * 1024;  // a multiple of every element size

bool is_empty(const TensorSummary& tensor) { return tensor.count == 0 || tensor.size_bytes == 0; }

std::size_t size_of_part(const TensorSummary& tensor, std::int64_t at) {
  return static_cast<std::size_t>(std::min<std::int64_t>(tensor.size_bytes - at, kChunkBytes));
}

// Calls `compare` with the same part of both tensors until it returns false.
template <typename Compare>
void for_each_part(const ZipReader& zip_a, const TensorSummary& a, const ZipReader& zip_b,
                   const TensorSummary& b, const Compare& compare) {
  const auto order =
      have_same_layout(a, b) && is_dense(a) ? ElementOrder::memory : ElementOrder::index;
  ElementReader reader_a(zip_a, a, order);
  ElementReader reader_b(zip_b, b, order);
  std::vector<std::byte> part_a(kChunkBytes);
  std::vector<std::byte> part_b(kChunkBytes);
  for (std::int64_t at = 0; at < a.size_bytes;) {
    const std::size_t size = size_of_part(a, at);
    reader_a.read(part_a.data(), size);
    reader_b.read(part_b.data(), size);
    if (!compare(part_a.data(), part_b.data(), size)) return;
    at += static_cast<std::int64_t>(size);
  }
}

std::int64_t count_in(const std::byte* a, const std::byte* b, std::size_t size,
                      std::size_t element) {
  if (std::memcmp(a, b, size) == 0) return 0;
  std::int64_t differing = 0;
  for (std::size_t at = 0; at < size; at += element)
    differing += std::memcmp(a + at, b + at, element) != 0 ? 1 : 0;
  return differing;
}

}  // namespace

ElementDifference difference_of_elements(const ZipReader& zip_a, const TensorSummary& a,
                                         const ZipReader& zip_b, const TensorSummary& b) {
  ElementDifference result;
  if (is_empty(a)) return result;
  bool are_equal = true;  // most are: they are only compared
  for_each_part(zip_a, a, zip_b, b,
                [&](const std::byte* part_a, const std::byte* part_b, std::size_t size) {
                  are_equal = std::memcmp(part_a, part_b, size) == 0;
                  return are_equal;
                });
  if (are_equal) return result;
  const auto element = static_cast<std::size_t>(a.size_bytes / a.count);
  ValueDifference values(a.dtype);
  for_each_part(zip_a, a, zip_b, b,
                [&](const std::byte* part_a, const std::byte* part_b, std::size_t size) {
                  result.differing += count_in(part_a, part_b, size, element);
                  values.add(part_a, part_b, size);
                  return true;
                });
  result.max_abs = values.max_abs();
  result.max_abs_to_peak = values.max_abs_to_peak();
  result.nonfinite = values.nonfinite();
  return result;
}

std::string digest_of_elements(const ZipReader& zip, const TensorSummary& tensor) {
  Sha256 digest;
  if (!is_empty(tensor)) {
    ElementReader reader(zip, tensor, ElementOrder::index);
    std::vector<std::byte> part(kChunkBytes);
    for (std::int64_t at = 0; at < tensor.size_bytes;) {
      const std::size_t size = size_of_part(tensor, at);
      reader.read(part.data(), size);
      digest.add({reinterpret_cast<const char*>(part.data()), size});
      at += static_cast<std::int64_t>(size);
    }
  }
  return digest.text();
}

std::optional<std::uint32_t> checksum_of_elements(const ZipReader& zip,
                                                  const TensorSummary& tensor) {
  const ZipRecord& record = record_of(zip, tensor);
  const bool fills = is_in_index_order(tensor) && tensor.offset_bytes == 0 &&
                     std::cmp_equal(tensor.size_bytes, record.size_bytes);
  return fills ? std::optional(record.crc32) : std::nullopt;
}

}  // namespace tsctl
