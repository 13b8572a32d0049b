#include "tsctl/archive/tensor_file.h"

#include <fmt/format.h>
#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "tsctl/archive/binary_file.h"
#include "tsctl/archive/call_json.h"
#include "tsctl/archive/safetensors_dtype.h"
#include "tsctl/core/base/error.h"

namespace tsctl {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t kMaxHeaderBytes = 100'000'000;  // the limit of the safetensors format

[[noreturn]] void throw_damaged(const std::string& path, const std::string& why) {
  throw Error(ErrorKind::input, fmt::format("'{}' is not a usable safetensors file: {}", path, why),
              "write the file again, for example with safetensors.torch.save_file");
}

// The size of a tensor in bytes; nullopt if it does not fit into 64 bits.
std::optional<std::uint64_t> size_of(const std::vector<std::int64_t>& shape, Dtype dtype) {
  std::uint64_t size = element_size_bytes(dtype);
  for (const std::int64_t extent : shape) {
    if (extent < 0 || __builtin_mul_overflow(size, static_cast<std::uint64_t>(extent), &size))
      return std::nullopt;
  }
  return size;
}

// Parses the header. Throws if two entries have the same name: the JSON parser would drop one of them.
Json parse_header(const std::string& path, const std::string& text) {
  std::set<std::string> names;
  bool repeated = false;
  const auto watch = [&names, &repeated](int depth, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::key && depth == 1) {
      repeated = repeated || !names.insert(parsed.get<std::string>()).second;
    }
    return true;
  };
  Json header = Json::parse(text, watch, /*allow_exceptions=*/false);
  if (!header.is_object()) throw_damaged(path, "its header is not a JSON object");
  if (repeated) throw_damaged(path, "its header names a tensor twice");
  return header;
}

// The byte range of a tensor, relative to the end of the header.
struct Span {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::string key = {};
};

Span read_entry(const std::string& path, const std::string& key, const Json& json,
                TensorFile::Entry& entry) {
  try {
    const auto& name = json.at("dtype").get_ref<const std::string&>();
    const std::optional<Dtype> dtype = dtype_from_safetensors_name(name);
    if (!dtype)
      throw_damaged(path, fmt::format("tensor '{}' has the unsupported type {}", key, name));
    entry.dtype = *dtype;
    entry.shape = json.at("shape").get<std::vector<std::int64_t>>();
    const auto offsets = json.at("data_offsets").get<std::array<std::uint64_t, 2>>();
    const std::optional<std::uint64_t> size = size_of(entry.shape, entry.dtype);
    if (!size || offsets[1] < offsets[0] || offsets[1] - offsets[0] != *size) {
      throw_damaged(path, fmt::format("the size of tensor '{}' does not match its shape", key));
    }
    entry.size_bytes = static_cast<std::size_t>(*size);
    return {offsets[0], offsets[1], key};
  } catch (const Json::exception&) {
    throw_damaged(path, fmt::format("the description of tensor '{}' is incomplete", key));
  }
}

class Mapping {
 public:
  explicit Mapping(const BinaryFile& file)
      : size_bytes_(static_cast<std::size_t>(file.size_bytes())) {
    bytes_ = ::mmap(nullptr, size_bytes_, PROT_READ, MAP_PRIVATE, file.descriptor(), 0);
    if (bytes_ == MAP_FAILED) {
      throw Error(ErrorKind::environment,
                  fmt::format("'{}' cannot be mapped into memory", file.path()));
    }
  }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping() { ::munmap(bytes_, size_bytes_); }

  const std::byte* at(std::uint64_t offset) const {
    return static_cast<const std::byte*>(bytes_) + offset;
  }

 private:
  void* bytes_ = nullptr;
  std::size_t size_bytes_ = 0;
};

}  // namespace

struct TensorFile::Contents {
  explicit Contents(const BinaryFile& file) : path(file.path()), mapping(file) {}

  std::string path;
  Mapping mapping;
  std::map<std::string, Entry> entries = {};
  std::vector<CallRecord> calls = {};
  std::vector<CallRecord> later_calls = {};
  // Copies of tensors whose offset in the file is not a multiple of the element size.
  std::vector<std::vector<std::max_align_t>> aligned = {};

  void read(std::uint64_t file_bytes);
  void place(const std::vector<Span>& spans, std::uint64_t data_offset, std::uint64_t data_bytes);
  const std::byte* aligned_data(const std::byte* data, const Entry& entry);
  void require_named_tensors() const;
};

void TensorFile::Contents::read(std::uint64_t file_bytes) {
  const std::uint64_t header_bytes = little_u64(mapping.at(0));
  if (header_bytes > kMaxHeaderBytes || header_bytes > file_bytes - 8) {
    throw_damaged(path, fmt::format("its header claims {} bytes", header_bytes));
  }
  const std::string text(reinterpret_cast<const char*>(mapping.at(8)),
                         static_cast<std::size_t>(header_bytes));
  const Json header = parse_header(path, text);
  std::vector<Span> spans;
  for (const auto& [key, json] : header.items()) {
    if (key == "__metadata__") continue;
    spans.push_back(read_entry(path, key, json, entries[key]));
  }
  place(spans, 8 + header_bytes, file_bytes - 8 - header_bytes);
  const auto metadata = header.find("__metadata__");
  if (metadata == header.end() || !metadata->is_object() || !metadata->contains("tsctl_calls"))
    return;
  const Json& text_entry = metadata->at("tsctl_calls");
  if (!text_entry.is_string())
    throw_damaged(path, "its metadata entry tsctl_calls is not a string");
  calls = calls_from_json_text(text_entry.get<std::string>(), path);
  require_named_tensors();
  const auto later = std::stable_partition(calls.begin(), calls.end(),
                                           [](const CallRecord& call) { return call.call == 1; });
  later_calls.assign(std::make_move_iterator(later), std::make_move_iterator(calls.end()));
  calls.erase(later, calls.end());
}

// The safetensors format requires that tensors cover the data without gaps or overlaps.
void TensorFile::Contents::place(const std::vector<Span>& spans, std::uint64_t data_offset,
                                 std::uint64_t data_bytes) {
  std::vector<Span> sorted = spans;
  std::ranges::sort(sorted, [](const Span& a, const Span& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  std::uint64_t expected = 0;
  for (const Span& span : sorted) {
    if (span.begin != expected || span.end > data_bytes) {
      throw_damaged(path,
                    fmt::format("the bytes of tensor '{}' overlap another tensor, leave a gap "
                                "or lie outside the file",
                                span.key));
    }
    expected = span.end;
    Entry& entry = entries.at(span.key);
    entry.data = aligned_data(mapping.at(data_offset + span.begin), entry);
  }
  if (expected != data_bytes) throw_damaged(path, "unused bytes follow the last tensor");
}

const std::byte* TensorFile::Contents::aligned_data(const std::byte* data, const Entry& entry) {
  if (reinterpret_cast<std::uintptr_t>(data) % element_size_bytes(entry.dtype) == 0) return data;
  aligned.emplace_back(entry.size_bytes / sizeof(std::max_align_t) + 1);
  auto* copy = reinterpret_cast<std::byte*>(aligned.back().data());
  std::copy_n(data, entry.size_bytes, copy);
  return copy;
}

void TensorFile::Contents::require_named_tensors() const {
  const auto check = [this](const Value& value) {
    for (const Leaf& leaf : leaves_of(value, "")) {
      if (leaf.value->kind == Value::Kind::tensor && entries.count(leaf.value->tensor) == 0) {
        throw_damaged(path, fmt::format("its calls use tensor '{}', which it does not contain",
                                        leaf.value->tensor));
      }
    }
  };
  for (const CallRecord& call : calls) {
    for (const Value& argument : call.args) check(argument);
    for (const auto& [name, argument] : call.kwargs) check(argument);
    if (call.outputs) check(*call.outputs);
  }
}

TensorFile TensorFile::open(const std::string& path) {
  const BinaryFile file(path);
  if (file.size_bytes() < 10)
    throw_damaged(path, fmt::format("it has only {} bytes", file.size_bytes()));
  auto contents = std::make_unique<Contents>(file);
  contents->read(file.size_bytes());
  return TensorFile(std::move(contents));
}

TensorFile::TensorFile(std::unique_ptr<Contents> contents) : contents_(std::move(contents)) {}
TensorFile::TensorFile(TensorFile&&) noexcept = default;
TensorFile& TensorFile::operator=(TensorFile&&) noexcept = default;
TensorFile::~TensorFile() = default;

const std::vector<CallRecord>& TensorFile::calls() const noexcept { return contents_->calls; }
const std::vector<CallRecord>& TensorFile::later_calls() const noexcept {
  return contents_->later_calls;
}

std::vector<std::string> TensorFile::keys() const {
  std::vector<std::string> keys;
  for (const auto& [key, entry] : contents_->entries) keys.push_back(key);
  return keys;
}

const TensorFile::Entry& TensorFile::tensor(const std::string& key) const {
  const auto found = contents_->entries.find(key);
  if (found == contents_->entries.end()) {
    throw Error(ErrorKind::input,
                fmt::format("'{}' has no tensor called '{}'", contents_->path, key));
  }
  return found->second;
}

std::string tensor_key(const std::string& label, const std::string& leaf) {
  return label.empty() ? leaf : label + "/" + leaf;
}

}  // namespace tsctl
