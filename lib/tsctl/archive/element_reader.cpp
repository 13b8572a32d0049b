#include "tsctl/archive/element_reader.h"

#include <fmt/format.h>

#include <cstring>

#include "tsctl/core/base/error.h"

namespace tsctl {

namespace {

// This limits the memory for tensors that are read as a whole.
constexpr std::int64_t kMaxSpanBytes = std::int64_t{2} << 30;

// Elements from a tensor's first to its last in memory, gaps included.
std::int64_t span_elements(const TensorSummary& tensor) {
  std::int64_t span = 1;
  for (std::size_t i = 0; i < tensor.shape.size(); ++i)
    span += (tensor.shape[i] - 1) * tensor.strides[i];
  return span;
}

}  // namespace

const ZipRecord& record_of(const ZipReader& zip, const TensorSummary& tensor) {
  const ZipRecord* record = zip.find_in_top(tensor.record);
  if (record == nullptr)
    throw Error(ErrorKind::input,
                fmt::format("'{}' lacks the record {}", zip.path(), tensor.record));
  return *record;
}

bool is_dense(const TensorSummary& tensor) { return span_elements(tensor) == tensor.count; }

bool is_in_index_order(const TensorSummary& tensor) {
  std::int64_t expected = 1;
  for (std::size_t i = tensor.shape.size(); i-- > 0;) {
    if (tensor.shape[i] > 1 && tensor.strides[i] != expected) return false;
    expected *= tensor.shape[i];
  }
  return true;
}

bool have_same_layout(const TensorSummary& a, const TensorSummary& b) {
  for (std::size_t i = 0; i < a.shape.size(); ++i) {
    if (a.shape[i] > 1 && a.strides[i] != b.strides[i]) return false;
  }
  return true;
}

ElementReader::ElementReader(const ZipReader& zip, const TensorSummary& tensor, ElementOrder order)
    : tensor_(tensor),
      record_(zip, record_of(zip, tensor)),
      element_(static_cast<std::size_t>(tensor.size_bytes / tensor.count)),
      position_(static_cast<std::uint64_t>(tensor.offset_bytes)),
      gathers_(order == ElementOrder::index && !is_in_index_order(tensor)) {
  if (!gathers_) return;
  const std::int64_t span_bytes = span_elements(tensor) * static_cast<std::int64_t>(element_);
  if (span_bytes > kMaxSpanBytes || tensor.size_bytes > kMaxSpanBytes) {
    throw Error(ErrorKind::input,
                fmt::format("tensor '{}' of '{}' is too large to compare with a tensor of another "
                            "memory layout",
                            tensor.name, zip.path()));
  }
  zip.spend_tensor_bytes(static_cast<std::uint64_t>(tensor.size_bytes));
  span_.resize(static_cast<std::size_t>(span_bytes));
  record_.read(position_, span_.data(), span_.size());
  index_.resize(tensor.shape.size(), 0);
}

void ElementReader::read(std::byte* target, std::size_t size_bytes) {
  if (gathers_) return gather(target, size_bytes);
  record_.read(position_, target, size_bytes);
  position_ += size_bytes;
}

void ElementReader::gather(std::byte* target, std::size_t size_bytes) {
  for (std::size_t at = 0; at < size_bytes; at += element_) {
    std::memcpy(target + at, span_.data() + static_cast<std::size_t>(place_) * element_, element_);
    for (std::size_t i = index_.size(); i-- > 0;) {
      if (tensor_.shape[i] == 1) continue;
      place_ += tensor_.strides[i];
      if (++index_[i] < tensor_.shape[i]) break;
      place_ -= tensor_.strides[i] * tensor_.shape[i];
      index_[i] = 0;
    }
  }
}

}  // namespace tsctl
