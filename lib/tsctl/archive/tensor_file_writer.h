#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tsctl/core/base/value.h"
#include "tsctl/core/inputs/dtype.h"

namespace tsctl {

// A tensor to write. A complex tensor is stored as real numbers with a last dimension of 2.
struct TensorBuffer {
  std::string key = {};
  Dtype dtype = Dtype::float32;
  std::vector<std::int64_t> shape = {};  // of the tensor itself, also if it is complex
  const void* data = nullptr;            // contiguous, native byte order
  std::size_t size_bytes = 0;
};

// Writes the file and replaces its old content. Throws Error{environment} if a write fails, for example on a full disk,
// and std::logic_error if a key repeats or a size does not match its shape.
void write_tensor_file(const std::string& path, const std::vector<CallRecord>& calls,
                       const std::vector<TensorBuffer>& tensors);

}  // namespace tsctl
