#include "tsctl/archive/file_kind.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>

#include "tsctl/archive/binary_file.h"
#include "tsctl/archive/zip_directory.h"
#include "tsctl/archive/zip_reader.h"
#include "tsctl/core/base/error.h"
#include "tsctl/core/source.h"

namespace tsctl {

namespace {

constexpr std::size_t kHeadBytes = 4096;
// A larger pickle is not searched for a module.
constexpr std::uint64_t kMaxSearchedBytes = 16ULL << 20;

std::string read_head(const BinaryFile& file) {
  std::string head(static_cast<std::size_t>(std::min<std::uint64_t>(file.size_bytes(), kHeadBytes)),
                   '\0');
  file.read_at(0, head.data(), head.size());
  return head;
}

bool has_record_below(const ZipReader& archive, std::string_view folder) {
  return std::ranges::any_of(archive.records(), [&](const ZipRecord& record) {
    return archive.relative_name(record).starts_with(folder);
  });
}

// Whether a pickle has the state of an nn.Module. torch.save writes strings with a length of four bytes. Before version
// 1.6 it put the source of the module's class into the pickle, as a tuple that begins with "module".
bool pickles_module(std::string_view bytes) {
  using namespace std::string_view_literals;
  if (bytes.find("(X\x06\0\0\0moduleq"sv) != std::string_view::npos) return true;
  return bytes.find("X\x0b\0\0\0_parameters"sv) != std::string_view::npos &&
         bytes.find("X\x08\0\0\0_modules"sv) != std::string_view::npos;
}

bool saves_module(const ZipReader& archive) {
  const ZipRecord& record = *archive.find_in_top("data.pkl");
  return record.size_bytes <= kMaxSearchedBytes &&
         pickles_module(archive.read(record, kMaxSearchedBytes));
}

FileKind zip_kind(const ZipReader& archive) {
  const bool has_data = archive.find_in_top("data.pkl") != nullptr;
  if (has_record_below(archive, "code/") &&
      (has_data || archive.find_in_top("constants.pkl") != nullptr)) {
    return FileKind::torchscript;
  }
  if (has_data) return saves_module(archive) ? FileKind::torch_save_module : FileKind::torch_save;
  if (has_record_below(archive, "data/aotinductor/")) return FileKind::aotinductor;
  // "archive_format" is in torch.export's current format, the JSON file in its first one.
  if (archive.find_in_top("archive_format") != nullptr ||
      archive.find_in_top("serialized_exported_program.json") ||
      archive.find("serialized_exported_program.json") != nullptr) {
    return FileKind::exported;
  }
  const auto is_array = [](const ZipRecord& record) { return record.name.ends_with(".npy"); };
  if (!archive.records().empty() && std::ranges::all_of(archive.records(), is_array)) {
    return FileKind::numpy;
  }
  return FileKind::other_zip;
}

bool is_text(std::string_view head) {
  return std::ranges::none_of(head, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == 0x7f || (byte < 0x20 && c != '\n' && c != '\r' && c != '\t' && c != '\f');
  });
}

bool is_safetensors(std::string_view head, std::uint64_t file_bytes) {
  return head.size() > 8 && head[8] == '{' && little_u64(head.data()) <= file_bytes - 8;
}

// An ONNX ModelProto begins with its version (field 1, a small number). Next comes the producer's name (field 2), the
// domain (4), the graph (7) or the operator sets (8), each with a length.
bool is_onnx(std::string_view head) {
  if (head.size() < 4 || head[0] != 0x08 || head[1] < 1 || head[1] > 0x40) return false;
  return std::string_view("\x12\x1a\x22\x3a\x42").find(head[2]) != std::string_view::npos;
}

bool is_pickle(std::string_view head) {
  return head.size() >= 2 && static_cast<unsigned char>(head[0]) == 0x80 && head[1] >= 2 &&
         head[1] <= 5;
}

FileKind kind_from_head(std::string_view head, std::uint64_t file_bytes) {
  if (head.empty()) return FileKind::empty;
  if (is_safetensors(head, file_bytes)) return FileKind::safetensors;
  if (head.starts_with("\x93NUMPY")) return FileKind::numpy;
  if (is_pickle(head)) return pickles_module(head) ? FileKind::pickled_module : FileKind::pickle;
  if (is_onnx(head)) return FileKind::onnx;
  return is_text(head) ? FileKind::text : FileKind::unknown;
}

// The end of the message "'FILE' is not a TorchScript file: …" and its hint.
struct Explanation {
  FileKind kind;
  const char* what;
  const char* hint;
};

constexpr const char* kConvertClass =
    "convert the model from its Python class: tsctl convert FILE.py:Name --input SHAPE -o OUT.pt";
constexpr const char* kConvertClassWithWeights =
    "convert the model from its Python class and give it these weights: tsctl convert FILE.py:Name "
    "--weights THIS_FILE --input SHAPE -o OUT.pt";

constexpr const char* kSaveWeights =
    "save its weights with torch.save(model.state_dict(), 'weights.pt') and convert the model from "
    "its Python class: tsctl convert FILE.py:Name --weights weights.pt --input SHAPE -o OUT.pt";

constexpr std::array kExplanations{
    Explanation{FileKind::torch_save_module,
                "it holds a whole model of torch.save, whose Python class it only names",
                kSaveWeights},
    Explanation{FileKind::pickled_module,
                "it is a pickle of a whole model, whose Python class it only names", kSaveWeights},
    Explanation{FileKind::torch_save,
                "it holds objects or weights of torch.save (a state dict, for instance)",
                kConvertClassWithWeights},
    Explanation{FileKind::pickle, "it is a pickle, such as torch.save wrote before version 1.6",
                kConvertClassWithWeights},
    Explanation{
        FileKind::safetensors, "it is a safetensors file: weights without a program",
        "convert the model from its Python class: tsctl convert FILE.py:Name --weights THIS_FILE "
        "--input SHAPE -o OUT.pt"},
    Explanation{FileKind::exported, "it is a program of torch.export, which TorchScript cannot run",
                kConvertClass},
    Explanation{
        FileKind::aotinductor,
        "it is an AOTInductor package: compiled code, which only tsctl bench and verify run",
        kConvertClass},
    Explanation{FileKind::onnx,
                "it looks like an ONNX model, which cannot be converted to TorchScript",
                kConvertClass},
    Explanation{FileKind::numpy, "it holds numpy arrays",
                "to use the arrays as a model's inputs, write --inputs THIS_FILE"},
    Explanation{FileKind::other_zip,
                "it is a zip archive without TorchScript's code/ and data.pkl in one top folder",
                "write the model with torch.jit.save, or convert it from its Python class with "
                "tsctl convert"},
    Explanation{FileKind::text, "it is text",
                "for a model's Python source, name its class too: tsctl convert FILE.py:Name"},
    Explanation{FileKind::empty, "it is empty (0 bytes)",
                "the step that should have written it failed: run that step again"},
    Explanation{FileKind::directory, "it is a folder", "name the file inside it"},
    Explanation{FileKind::unknown, "its format is unknown",
                "check the file name; torch.jit.save and tsctl convert write TorchScript files"},
};

[[noreturn]] void throw_not_torchscript(const std::string& path, std::string_view what,
                                        const std::string& hint) {
  throw Error(ErrorKind::input, fmt::format("'{}' is not a TorchScript file: {}", path, what),
              hint);
}

// Throws for text files that tools leave in place of a model.
void throw_for_known_text(const std::string& path, std::string_view head) {
  if (head.starts_with("version https://git-lfs")) {
    throw_not_torchscript(path, "it is a Git LFS pointer to one",
                          "fetch the file itself: git lfs pull");
  }
  const std::size_t begin = std::min(head.find_first_not_of(" \r\n\t"), head.size());
  if (head.substr(begin, 5) == "<html" || head.substr(begin, 5) == "<!DOC" ||
      head.substr(begin, 5) == "<!doc") {
    throw_not_torchscript(path, "it is a web page",
                          "the server sent an error page or a login page: download the file again");
  }
}

}  // namespace

FileKind file_kind(const std::string& path) {
  std::error_code ignored;  // BinaryFile says why a file cannot be read
  if (std::filesystem::is_directory(path, ignored)) return FileKind::directory;
  const BinaryFile file(path);
  const std::string head = read_head(file);
  if (head.starts_with("PK\x03\x04") || head.starts_with("PK\x05\x06")) {
    return has_zip_end(file) ? zip_kind(ZipReader(path)) : FileKind::truncated_zip;
  }
  return kind_from_head(head, file.size_bytes());
}

void throw_source_given(const std::string& source) {
  throw Error(ErrorKind::usage,
              fmt::format("'{}' is a SOURCE, and this command takes a TorchScript file", source),
              fmt::format("capture it first, with the shape of its input: tsctl convert {} --input "
                          "1x3x224x224 -o OUT.pt",
                          source));
}

void require_torchscript(const std::string& path, bool check_crc) {
  std::error_code ignored;  // a SOURCE may be longer than a file name can be
  if (looks_like_source(path) && !std::filesystem::exists(path, ignored)) throw_source_given(path);
  const FileKind kind = file_kind(path);
  if (kind == FileKind::torchscript) {
    if (check_crc) ZipReader(path).require_intact();
    return;
  }
  if (kind == FileKind::truncated_zip) find_zip_directory(BinaryFile(path));
  if (kind == FileKind::text) throw_for_known_text(path, read_head(BinaryFile(path)));
  for (const Explanation& row : kExplanations) {
    if (row.kind != kind) continue;
    std::string hint = row.hint;
    const std::size_t place = hint.find("THIS_FILE");
    if (place != std::string::npos) hint.replace(place, 9, path);
    throw_not_torchscript(path, row.what, hint);
  }
}

}  // namespace tsctl
