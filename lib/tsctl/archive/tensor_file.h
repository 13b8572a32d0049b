#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tsctl/core/base/value.h"
#include "tsctl/core/inputs/dtype.h"

namespace tsctl {

// A tensor file is a safetensors file whose metadata entry "tsctl_calls" says how its tensors form the arguments
// and results of calls. It carries inputs and outputs between processes and to the user (run --save).
//
// "tsctl_calls" is JSON text: [{"label", "args": [V…], "kwargs": [[name, V]…], "outputs": V or null}…] with
// V = {"kind": "none"} | {"kind": "tensor", "tensor": KEY, "complex_pairs": bool} | {"kind": "boolean", "boolean"}
//   | {"kind": "integer", "integer"} | {"kind": "real", "real": "text as of repr()"} | {"kind": "string", "string"}
//   | {"kind": "list" or "tuple", "items": [V…], "keys": [field names, may be empty]}
//   | {"kind": "dict", "keys": [strings], "items": [V…]}
// complex_pairs: the tensor is complex; it is stored as reals with a last dimension of 2.
class TensorFile {
 public:
  // Bytes that live as long as the file object (they are mapped).
  struct Entry {
    Dtype dtype = Dtype::float32;
    std::vector<std::int64_t> shape = {};
    const std::byte* data = nullptr;
    std::size_t size_bytes = 0;
  };

  // Throws Error{input} for what is no safetensors file or is damaged: overlapping or out-of-bounds
  // tensors, sizes that do not match shapes, a header above 100 MB.
  static TensorFile open(const std::string& path);

  TensorFile(TensorFile&&) noexcept;
  TensorFile& operator=(TensorFile&&) noexcept;
  ~TensorFile();

  // Empty for a safetensors file that tsctl did not write.
  const std::vector<CallRecord>& calls() const noexcept;
  std::vector<std::string> keys() const;
  // Throws Error{input} for a key that the file does not have.
  const Entry& tensor(const std::string& key) const;

 private:
  struct Contents;
  explicit TensorFile(std::unique_ptr<Contents> contents);
  std::unique_ptr<Contents> contents_;
};

// The key under which an argument or output leaf is stored: "LABEL/out.logits", or "out.logits" without a label.
std::string tensor_key(const std::string& label, const std::string& leaf);

}  // namespace tsctl
