#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tsctl/core/base/value.h"
#include "tsctl/core/inputs/dtype.h"

namespace tsctl {

// What write_tensor_file stores under a key.
struct TensorBuffer {
  std::string key = {};
  Dtype dtype = Dtype::float32;
  std::vector<std::int64_t> shape = {};
  const void* data = nullptr;  // contiguous, native byte order
  std::size_t size_bytes = 0;
};

// Writes the file in one go (truncating it). Throws Error{environment} when it cannot be written, a full disk
// included.
void write_tensor_file(const std::string& path, const std::vector<CallRecord>& calls,
                       const std::vector<TensorBuffer>& tensors);

}  // namespace tsctl
