#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tsctl/archive/zip_reader.h"
#include "tsctl/core/inspect.h"

namespace tsctl {

// The tensor's record. Throws Error{input} if the archive lacks it.
const ZipRecord& record_of(const ZipReader& zip, const TensorSummary& tensor);

// Whether the elements fill a range of bytes without gaps, in any order: channels_last tensors do.
bool is_dense(const TensorSummary& tensor);
// Whether they do in index order.
bool is_in_index_order(const TensorSummary& tensor);
// Ignores the strides of dimensions of size 1.
bool have_same_layout(const TensorSummary& a, const TensorSummary& b);

enum class ElementOrder { index, memory };  // memory: as they lie in a dense tensor

// Reads the elements of a tensor in parts. A tensor whose elements are not in index order is read as a whole first, if they
// are wanted in that order.
class ElementReader {
 public:
  // Throws Error{input} if the tensor must be read as a whole and spans more than 2 GiB.
  ElementReader(const ZipReader& zip, const TensorSummary& tensor, ElementOrder order);

  // Fills `target` with the next `size_bytes` bytes, a multiple of the element's size.
  void read(std::byte* target, std::size_t size_bytes);

  std::size_t element_bytes() const noexcept { return element_; }

 private:
  void gather(std::byte* target, std::size_t size_bytes);

  const TensorSummary& tensor_;
  RecordReader record_;
  std::size_t element_;
  std::uint64_t position_;  // in the record
  bool gathers_;
  std::vector<std::byte> span_ = {};      // from the first element in memory to the last
  std::vector<std::int64_t> index_ = {};  // of the next element
  std::int64_t place_ = 0;                // of the next element in span_
};

}  // namespace tsctl
