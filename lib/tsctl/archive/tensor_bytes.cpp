#include "tsctl/archive/tensor_bytes.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "tsctl/core/base/error.h"

namespace tsctl {

namespace {

constexpr std::size_t kChunkBytes = 240 * 1024;  // a multiple of every element's size
// Tensors that lie differently in memory are gathered as a whole; beyond this they are not worth the memory.
constexpr std::int64_t kLargestGather = std::int64_t{2} << 30;

const ZipRecord& record_of(const ZipReader& zip, const TensorSummary& tensor) {
  const ZipRecord* record = zip.find_in_top(tensor.record);
  if (record == nullptr)
    throw Error(ErrorKind::input, "'" + zip.path() + "' lacks the record " + tensor.record);
  return *record;
}

// Whether the elements fill one range of bytes without gaps, in any order (channels_last does).
bool is_dense(const TensorSummary& tensor) {
  std::int64_t extent = 1;
  for (std::size_t i = 0; i < tensor.shape.size(); ++i)
    extent += (tensor.shape[i] - 1) * tensor.strides[i];
  return extent == tensor.count;
}

// Strides of dimensions of one element say nothing.
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

// The bytes from a tensor's first element to its last.
std::vector<std::byte> read_span(const ZipReader& zip, const TensorSummary& tensor,
                                 std::size_t element) {
  std::int64_t extent = 1;
  for (std::size_t i = 0; i < tensor.shape.size(); ++i)
    extent += (tensor.shape[i] - 1) * tensor.strides[i];
  const std::int64_t span_bytes = extent * static_cast<std::int64_t>(element);
  if (span_bytes > kLargestGather || tensor.size_bytes > kLargestGather) {
    throw Error(ErrorKind::input,
                "tensor '" + tensor.name + "' of '" + zip.path() +
                    "' is too large to be compared with one of another memory layout");
  }
  std::vector<std::byte> span(static_cast<std::size_t>(span_bytes));
  zip.read_part(record_of(zip, tensor), static_cast<std::uint64_t>(tensor.offset_bytes),
                span.data(), span.size());
  return span;
}

// Compares in the order of the indices, each tensor with its own strides.
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
      if (a.shape[i] == 1) continue;  // its stride says nothing
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
    return is_dense(tensor) && static_cast<std::uint64_t>(tensor.size_bytes) == record.size_bytes;
  };
  if (fills(a, record_a) && fills(b, record_b) && same_layout(a, b) &&
      record_a.crc32 != record_b.crc32)
    return false;
  return count_differing_elements(zip_a, a, zip_b, b) == 0;
}

}  // namespace tsctl
