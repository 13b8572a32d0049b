#include "tsctl/archive/tensor_file.h"

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "tsctl/archive/binary_file.h"
#include "tsctl/archive/call_json.h"
#include "tsctl/core/base/error.h"

namespace tsctl {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t kLargestHeader = 100'000'000;  // the format's own limit

struct FormatName {
  Dtype dtype;
  std::string_view name;
};

// The format's names of element types that models take or give.
constexpr std::array kFormatNames{
    FormatName{Dtype::float32, "F32"},   FormatName{Dtype::float64, "F64"},
    FormatName{Dtype::float16, "F16"},   FormatName{Dtype::bfloat16, "BF16"},
    FormatName{Dtype::int64, "I64"},     FormatName{Dtype::int32, "I32"},
    FormatName{Dtype::int16, "I16"},     FormatName{Dtype::int8, "I8"},
    FormatName{Dtype::uint8, "U8"},      FormatName{Dtype::boolean, "BOOL"},
    FormatName{Dtype::complex64, "C64"},
};

[[noreturn]] void throw_damaged(const std::string& path, const std::string& why) {
  throw Error(ErrorKind::input, "'" + path + "' is not a usable safetensors file: " + why,
              "write it again, for example with safetensors.torch.save_file");
}

// The product of a shape and the element's size; none if it does not fit into 64 bits.
std::optional<std::uint64_t> size_of(const std::vector<std::int64_t>& shape, Dtype dtype) {
  std::uint64_t size = element_size_bytes(dtype);
  for (const std::int64_t extent : shape) {
    if (extent < 0 || __builtin_mul_overflow(size, static_cast<std::uint64_t>(extent), &size))
      return std::nullopt;
  }
  return size;
}

// The header as JSON. Two entries of one name, of which a parser keeps one, are refused.
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
  if (!header.is_object()) throw_damaged(path, "its header is no JSON object");
  if (repeated) throw_damaged(path, "its header names a tensor twice");
  return header;
}

// A tensor's place among the bytes that follow the header.
struct Span {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::string key = {};
};

Span read_entry(const std::string& path, const std::string& key, const Json& json,
                TensorFile::Entry& entry) {
  try {
    const auto& name = json.at("dtype").get_ref<const std::string&>();
    const auto row =
        std::find_if(kFormatNames.begin(), kFormatNames.end(),
                     [&name](const FormatName& candidate) { return candidate.name == name; });
    if (row == kFormatNames.end())
      throw_damaged(path, "tensor '" + key + "' has the unsupported type " + name);
    entry.dtype = row->dtype;
    entry.shape = json.at("shape").get<std::vector<std::int64_t>>();
    const auto offsets = json.at("data_offsets").get<std::array<std::uint64_t, 2>>();
    const std::optional<std::uint64_t> size = size_of(entry.shape, entry.dtype);
    if (!size || offsets[1] < offsets[0] || offsets[1] - offsets[0] != *size) {
      throw_damaged(path, "the bytes of tensor '" + key + "' do not match its shape");
    }
    entry.size_bytes = static_cast<std::size_t>(*size);
    return {offsets[0], offsets[1], key};
  } catch (const Json::exception&) {
    throw_damaged(path, "the description of tensor '" + key + "' is incomplete");
  }
}

class Mapping {
 public:
  explicit Mapping(const BinaryFile& file)
      : size_bytes_(static_cast<std::size_t>(file.size_bytes())) {
    bytes_ = ::mmap(nullptr, size_bytes_, PROT_READ, MAP_PRIVATE, file.descriptor(), 0);
    if (bytes_ == MAP_FAILED) {
      throw Error(ErrorKind::environment, "'" + file.path() + "' cannot be mapped into memory");
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
  // Copies of tensors that do not begin at a multiple of their element's size in the file.
  std::vector<std::vector<std::max_align_t>> aligned = {};

  void read(std::uint64_t file_bytes);
  void place(const std::vector<Span>& spans, std::uint64_t data_offset, std::uint64_t data_bytes);
  const std::byte* aligned_data(const std::byte* data, const Entry& entry);
  void require_named_tensors() const;
};

void TensorFile::Contents::read(std::uint64_t file_bytes) {
  const std::uint64_t header_bytes = little_u64(mapping.at(0));
  if (header_bytes > kLargestHeader || header_bytes > file_bytes - 8) {
    throw_damaged(path, "its header claims " + std::to_string(header_bytes) + " bytes");
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
  if (!text_entry.is_string()) throw_damaged(path, "its metadata entry tsctl_calls is no text");
  calls = calls_from_json_text(text_entry.get<std::string>(), path);
  require_named_tensors();
}

// The format demands that tensors cover the data without gaps and overlaps.
void TensorFile::Contents::place(const std::vector<Span>& spans, std::uint64_t data_offset,
                                 std::uint64_t data_bytes) {
  std::vector<Span> sorted = spans;
  std::sort(sorted.begin(), sorted.end(), [](const Span& a, const Span& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  std::uint64_t expected = 0;
  for (const Span& span : sorted) {
    if (span.begin != expected || span.end > data_bytes) {
      throw_damaged(path, "the bytes of tensor '" + span.key +
                              "' overlap others, leave a gap or lie outside");
    }
    expected = span.end;
    Entry& entry = entries.at(span.key);
    entry.data = aligned_data(mapping.at(data_offset + span.begin), entry);
  }
  if (expected != data_bytes)
    throw_damaged(path, "bytes that belong to no tensor follow the last one");
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
        throw_damaged(path,
                      "its calls name tensor '" + leaf.value->tensor + "', which it does not have");
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
    throw_damaged(path, "it has only " + std::to_string(file.size_bytes()) + " bytes");
  auto contents = std::make_unique<Contents>(file);
  contents->read(file.size_bytes());
  return TensorFile(std::move(contents));
}

TensorFile::TensorFile(std::unique_ptr<Contents> contents) : contents_(std::move(contents)) {}
TensorFile::TensorFile(TensorFile&&) noexcept = default;
TensorFile& TensorFile::operator=(TensorFile&&) noexcept = default;
TensorFile::~TensorFile() = default;

const std::vector<CallRecord>& TensorFile::calls() const noexcept { return contents_->calls; }

std::vector<std::string> TensorFile::keys() const {
  std::vector<std::string> keys;
  for (const auto& [key, entry] : contents_->entries) keys.push_back(key);
  return keys;
}

const TensorFile::Entry& TensorFile::tensor(const std::string& key) const {
  const auto found = contents_->entries.find(key);
  if (found == contents_->entries.end()) {
    throw Error(ErrorKind::input, "'" + contents_->path + "' has no tensor called '" + key + "'");
  }
  return found->second;
}

std::string tensor_key(const std::string& label, const std::string& leaf) {
  return label.empty() ? leaf : label + "/" + leaf;
}

}  // namespace tsctl
