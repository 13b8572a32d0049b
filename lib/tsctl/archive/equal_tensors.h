#pragma once

#include <map>
#include <string>
#include <vector>

#include "tsctl/archive/diff_side.h"

namespace tsctl {

using Tensors = std::vector<const TensorSummary*>;

// Tensors of both files that have the same dtype, shape and elements.
struct EqualTensors {
  Tensors a = {};
  Tensors b = {};
};

// "float32 [8, 16]"
std::string tensor_type_text(const TensorSummary& tensor);

// Finds equal tensors of two files by their digests. It reads only tensors that may have an equal one, each once.
class EqualSearch {
 public:
  EqualSearch(const DiffFile& a, const DiffFile& b) : a_(a), b_(b) {}

  // Each group has tensors of both files, in their order.
  std::vector<EqualTensors> find(const Tensors& in_a, const Tensors& in_b);

 private:
  std::string checksum_key(const DiffFile& file, const TensorSummary& tensor) const;
  const std::string& digest(const DiffFile& file, const TensorSummary& tensor);

  const DiffFile& a_;
  const DiffFile& b_;
  std::map<const TensorSummary*, std::string> digests_ = {};
};

}  // namespace tsctl
