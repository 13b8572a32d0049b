#include "tsctl/archive/tensor_bytes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "tsctl/core/base/error.h"

namespace tsctl {

namespace {

constexpr std::size_t kChunkBytes = std::size_t{240} * 1024;  // a multiple of every element size
// Tensors with different strides are read as a whole; this limits the memory for it.
constexpr std::int64_t kMaxSpanBytes = std::int64_t{2} << 30;

const ZipRecord& record_of(const ZipReader& zip, const TensorSummary& tensor) {
  const ZipRecord* record = zip.find_in_top(tensor.record);
  if (record == nullptr)
    throw Error(ErrorKind::input,
                fmt::format("'{}' lacks the record {}", zip.path(), tensor.record));
  return *record;
}

// Elements from a tensor's first to its last in memory, gaps included.
std::int64_t span_elements(const TensorSummary& tensor) {
  std::int64_t span = 1;
  for (std::size_t i = 0; i < tensor.shape.size(); ++i)
    span += (tensor.shape[i] - 1) * tensor.strides[i];
  return span;
}

// Whether the elements fill a range of bytes without gaps, in any order: channels_last tensors do.
bool is_dense(const TensorSummary& tensor) { return span_elements(tensor) == tensor.count; }

// Ignores the strides of dimensions of size 1.
bool same_layout(const TensorSummary& a, const TensorSummary& b) {
  for (std::size_t i = 0; i < a.shape.size(); ++i) {
    if (a.shape[i] > 1 && a.strides[i] != b.strides[i]) return false;
  }
  return true;
}

std::int64_t count_in(const std::byte* a, const std::byte* b, std::size_t size,
                      std::size_t element) {
  if (std::memcmp(a, b, size) == 0) return 0;
  std::int64_t differing = 0;
  for (std::size_t at = 0; at < size; at += element)
    differing += std::memcmp(a + at, b + at, element) != 0 ? 1 : 0;
  return differing;
}

std::int64_t compare_ranges(const ZipReader& zip_a, const TensorSummary& a, const ZipReader& zip_b,
                            const TensorSummary& b, std::size_t element) {
  const ZipRecord& record_a = record_of(zip_a, a);
  const ZipRecord& record_b = record_of(zip_b, b);
  std::vector<std::byte> chunk_a(kChunkBytes);
  std::vector<std::byte> chunk_b(kChunkBytes);
  std::int64_t differing = 0;
  for (std::int64_t at = 0; at < a.size_bytes;) {
    const auto size =
        static_cast<std::size_t>(std::min<std::int64_t>(a.size_bytes - at, kChunkBytes));
    zip_a.read_part(record_a, static_cast<std::uint64_t>(a.offset_bytes + at), chunk_a.data(),
                    size);
    zip_b.read_part(record_b, static_cast<std::uint64_t>(b.offset_bytes + at), chunk_b.data(),
                    size);
    differing += count_in(chunk_a.data(), chunk_b.data(), size, element);
    at += static_cast<std::int64_t>(size);
  }
  return differing;
}

// The bytes from a tensor's first element in memory to its last.
std::vector<std::byte> read_span(const ZipReader& zip, const TensorSummary& tensor,
                                 std::size_t element) {
  const std::int64_t span_bytes = span_elements(tensor) * static_cast<std::int64_t>(element);
  if (span_bytes > kMaxSpanBytes || tensor.size_bytes > kMaxSpanBytes) {
    throw Error(ErrorKind::input,
                fmt::format("tensor '{}' of '{}' is too large to compare with a tensor of another "
                            "memory layout",
                            tensor.name, zip.path()));
  }
  std::vector<std::byte> span(static_cast<std::size_t>(span_bytes));
  zip.read_part(record_of(zip, tensor), static_cast<std::uint64_t>(tensor.offset_bytes),
                span.data(), span.size());
  return span;
}

// Compares element by element in index order, each tensor with its own strides.
std::int64_t compare_strided(const TensorSummary& a, const std::vector<std::byte>& span_a,
                             const TensorSummary& b, const std::vector<std::byte>& span_b,
                             std::size_t element) {
  std::vector<std::int64_t> index(a.shape.size(), 0);
  std::int64_t place_a = 0;
  std::int64_t place_b = 0;
  std::int64_t differing = 0;
  for (std::int64_t at = 0; at < a.count; ++at) {
    const std::byte* element_a = span_a.data() + static_cast<std::size_t>(place_a) * element;
    const std::byte* element_b = span_b.data() + static_cast<std::size_t>(place_b) * element;
    differing += std::memcmp(element_a, element_b, element) != 0 ? 1 : 0;
    for (std::size_t i = index.size(); i-- > 0;) {
      if (a.shape[i] == 1) continue;
      place_a += a.strides[i];
      place_b += b.strides[i];
      if (++index[i] < a.shape[i]) break;
      place_a -= a.strides[i] * a.shape[i];
      place_b -= b.strides[i] * a.shape[i];
      index[i] = 0;
    }
  }
  return differing;
}

}  // namespace

std::int64_t count_differing_elements(const ZipReader& zip_a, const TensorSummary& a,
                                      const ZipReader& zip_b, const TensorSummary& b) {
  if (a.count == 0 || a.size_bytes == 0) return 0;
  const auto element = static_cast<std::size_t>(a.size_bytes / a.count);
  if (same_layout(a, b) && is_dense(a)) return compare_ranges(zip_a, a, zip_b, b, element);
  return compare_strided(a, read_span(zip_a, a, element), b, read_span(zip_b, b, element), element);
}

bool have_equal_elements(const ZipReader& zip_a, const TensorSummary& a, const ZipReader& zip_b,
                         const TensorSummary& b) {
  if (a.count == 0) return true;
  const ZipRecord& record_a = record_of(zip_a, a);
  const ZipRecord& record_b = record_of(zip_b, b);
  const auto fills = [](const TensorSummary& tensor, const ZipRecord& record) {
    return is_dense(tensor) && std::cmp_equal(tensor.size_bytes, record.size_bytes);
  };
  if (fills(a, record_a) && fills(b, record_b) && same_layout(a, b) &&
      record_a.crc32 != record_b.crc32)
    return false;
  return count_differing_elements(zip_a, a, zip_b, b) == 0;
}

}  // namespace tsctl
