#include "tsctl/archive/tensor_file_writer.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>

#include "tsctl/archive/binary_file.h"
#include "tsctl/archive/call_json.h"
#include "tsctl/archive/tensor_file.h"
#include "tsctl/core/base/error.h"
#include "tsctl/core/base/file_descriptor.h"

namespace tsctl {

namespace {

using Json = nlohmann::ordered_json;

class OutputFile {
 public:
  explicit OutputFile(const std::string& path)
      : path_(path),
        descriptor_(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)) {
    if (!descriptor_.valid()) fail(errno);
  }

  void write(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t written = ::write(descriptor_.get(), bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail(errno);
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }

  void close() {
    if (const int code = descriptor_.close(); code != 0) fail(code);
  }

 private:
  [[noreturn]] void fail(int code) const {
    throw Error(
        ErrorKind::environment, "'" + path_ + "' cannot be written: " + std::strerror(code),
        code == ENOSPC ? "free some space on that disk" : "check the folder and its permissions");
  }

  std::string path_;
  FileDescriptor descriptor_;
};

const char* format_name(Dtype dtype) {
  switch (dtype) {
    case Dtype::float32:
    case Dtype::complex64:
      return "F32";
    case Dtype::float64:
    case Dtype::complex128:
      return "F64";
    case Dtype::float16:
      return "F16";
    case Dtype::bfloat16:
      return "BF16";
    case Dtype::int64:
      return "I64";
    case Dtype::int32:
      return "I32";
    case Dtype::int16:
      return "I16";
    case Dtype::int8:
      return "I8";
    case Dtype::uint8:
      return "U8";
    case Dtype::boolean:
      return "BOOL";
  }
  return "";
}

void require_whole_tensor(const TensorBuffer& tensor) {
  std::size_t size = element_size_bytes(tensor.dtype);
  for (const std::int64_t extent : tensor.shape) size *= static_cast<std::size_t>(extent);
  if (size != tensor.size_bytes) {
    throw std::logic_error("tensor '" + tensor.key +
                           "' has another number of bytes than its shape");
  }
}

}  // namespace

void write_tensor_file(const std::string& path, const std::vector<CallRecord>& calls,
                       const std::vector<TensorBuffer>& tensors) {
  std::vector<const TensorBuffer*> sorted;
  for (const TensorBuffer& tensor : tensors) sorted.push_back(&tensor);
  // Large elements first: then each begins at a multiple of its size, so that readers can use the bytes in place.
  std::stable_sort(sorted.begin(), sorted.end(), [](const TensorBuffer* a, const TensorBuffer* b) {
    return element_size_bytes(a->dtype) > element_size_bytes(b->dtype);
  });

  Json header{{"__metadata__", {{"format", "pt"}, {"tsctl_calls", json_text_from_calls(calls)}}}};
  std::set<std::string> keys{"__metadata__"};
  std::size_t offset = 0;
  for (const TensorBuffer* tensor : sorted) {
    require_whole_tensor(*tensor);
    if (!keys.insert(tensor->key).second)
      throw std::logic_error("tensor '" + tensor->key + "' is given twice");
    std::vector<std::int64_t> shape = tensor->shape;
    if (is_complex(tensor->dtype)) shape.push_back(2);
    header[tensor->key] = {{"dtype", format_name(tensor->dtype)},
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
