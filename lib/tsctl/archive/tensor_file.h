#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tsctl/core/base/value.h"
#include "tsctl/core/inputs/dtype.h"

namespace tsctl {

// A tensor file is a safetensors file. Its metadata entry "tsctl_calls" describes how the tensors form the arguments
// and results of calls. It transfers inputs and outputs between processes, and to the user (run --save).
//
// "tsctl_calls" is JSON text: [{"label", "args": [V…], "kwargs": [[name, V]…], "outputs": V or null}…] with
// V = {"kind": "none"} | {"kind": "tensor", "tensor": KEY, "complex_pairs": bool} | {"kind": "boolean", "boolean"}
//   | {"kind": "integer", "integer"} | {"kind": "real", "real": "text as of repr()"} | {"kind": "string", "string"}
//   | {"kind": "list" or "tuple", "items": [V…], "keys": [field names, may be empty]}
//   | {"kind": "dict", "keys": [strings], "items": [V…]}
// complex_pairs: the tensor is complex; it is stored as real numbers with a last dimension of 2.
class TensorFile {
 public:
  // `data` is mapped memory and valid as long as the TensorFile.
  struct Entry {
    Dtype dtype = Dtype::float32;
    std::vector<std::int64_t> shape = {};
    const std::byte* data = nullptr;
    std::size_t size_bytes = 0;
  };

  // Throws Error{input} if the file is not a safetensors file or is damaged: overlapping or out-of-bounds tensors,
  // sizes that do not match shapes, a header above 100 MB.
  static TensorFile open(const std::string& path);

  TensorFile(TensorFile&&) noexcept;
  TensorFile& operator=(TensorFile&&) noexcept;
  ~TensorFile();

  // The input sets, with the outputs of their first call. Empty for a safetensors file that tsctl did not write.
  const std::vector<CallRecord>& calls() const noexcept;
  // Later calls of the same sets (CallRecord::call above 1), if the outputs change from call to call.
  const std::vector<CallRecord>& later_calls() const noexcept;
  std::vector<std::string> keys() const;
  // Throws Error{input} if the file has no such key.
  const Entry& tensor(const std::string& key) const;

 private:
  struct Contents;
  explicit TensorFile(std::unique_ptr<Contents> contents);
  std::unique_ptr<Contents> contents_;
};

// The key of an argument or output leaf: "LABEL/out.logits", or "out.logits" without a label.
std::string tensor_key(const std::string& label, const std::string& leaf);

}  // namespace tsctl
