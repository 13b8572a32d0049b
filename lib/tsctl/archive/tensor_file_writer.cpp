#include "tsctl/archive/tensor_file_writer.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>
#include <string_view>

#include "tsctl/archive/binary_file.h"
#include "tsctl/archive/call_json.h"
#include "tsctl/archive/safetensors_dtype.h"
#include "tsctl/core/base/file_descriptor.h"

namespace tsctl {

namespace {

using Json = nlohmann::ordered_json;

class OutputFile {
 public:
  explicit OutputFile(const std::string& path)
      : path_(path),
        descriptor_(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)) {
    if (!descriptor_.valid()) throw_write_error(path_, errno);
  }

  void write(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t written = ::write(descriptor_.get(), bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) throw_write_error(path_, errno);
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }

  void close() {
    if (const int code = descriptor_.close(); code != 0) throw_write_error(path_, code);
  }

 private:
  std::string path_;
  FileDescriptor descriptor_;
};

// The element type of the stored tensor.
Dtype stored_dtype(Dtype dtype) {
  if (dtype == Dtype::complex64) return Dtype::float32;
  return dtype == Dtype::complex128 ? Dtype::float64 : dtype;
}

void require_whole_tensor(const TensorBuffer& tensor) {
  std::size_t size = element_size_bytes(tensor.dtype);
  for (const std::int64_t extent : tensor.shape) size *= static_cast<std::size_t>(extent);
  if (size != tensor.size_bytes) {
    throw std::logic_error(
        fmt::format("the size of tensor '{}' does not match its shape", tensor.key));
  }
}

}  // namespace

void write_tensor_file(const std::string& path, const std::vector<CallRecord>& calls,
                       const std::vector<TensorBuffer>& tensors) {
  std::vector<const TensorBuffer*> sorted;
  for (const TensorBuffer& tensor : tensors) sorted.push_back(&tensor);
  // Largest elements first: the offset of each tensor is then a multiple of its element size, so readers need no copy.
  std::ranges::stable_sort(sorted, [](const TensorBuffer* a, const TensorBuffer* b) {
    return element_size_bytes(a->dtype) > element_size_bytes(b->dtype);
  });

  Json header{{"__metadata__", {{"format", "pt"}, {"tsctl_calls", json_text_from_calls(calls)}}}};
  std::set<std::string> keys{"__metadata__"};
  std::size_t offset = 0;
  for (const TensorBuffer* tensor : sorted) {
    require_whole_tensor(*tensor);
    if (!keys.insert(tensor->key).second)
      throw std::logic_error(fmt::format("tensor '{}' is given twice", tensor->key));
    std::vector<std::int64_t> shape = tensor->shape;
    if (is_complex(tensor->dtype)) shape.push_back(2);
    header[tensor->key] = {{"dtype", safetensors_name(stored_dtype(tensor->dtype))},
                           {"shape", shape},
                           {"data_offsets", {offset, offset + tensor->size_bytes}}};
    offset += tensor->size_bytes;
  }
  std::string text = header.dump(-1, ' ', false, Json::error_handler_t::replace);
  text.resize((text.size() + 7) / 8 * 8, ' ');

  OutputFile file(path);
  std::string length;
  append_u64(length, text.size());
  file.write(length);
  file.write(text);
  for (const TensorBuffer* tensor : sorted) {
    file.write({static_cast<const char*>(tensor->data), tensor->size_bytes});
  }
  file.close();
}

}  // namespace tsctl
