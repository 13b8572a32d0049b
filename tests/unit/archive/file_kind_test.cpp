#include "tsctl/archive/file_kind.h"

#include <array>
#include <utility>

#include "archive_files.h"

namespace tsctl {

namespace {

using namespace std::string_literals;

FileKind kind_of(const std::string& bytes) { return file_kind(MemoryFile(bytes).path()); }

std::string complaint_about(const std::string& bytes) {
  const MemoryFile file(bytes);
  const std::string message = input_error_of([&file] { require_torchscript(file.path(), false); });
  return message.substr(message.find("' ") + 2);
}

TEST(FileKind, detects_the_files_that_torch_writes) {
  EXPECT_EQ(file_kind(archive_fixture("mlp_traced.pt")), FileKind::torchscript);
  EXPECT_EQ(file_kind(archive_fixture("rich_frozen.pt")), FileKind::torchscript);
  EXPECT_EQ(file_kind(archive_fixture("state_dict.pt")), FileKind::torch_save);
  require_torchscript(archive_fixture("mlp_traced.pt"), true);
}

TEST(FileKind, detects_other_formats_by_their_first_bytes) {
  EXPECT_EQ(kind_of(""), FileKind::empty);
  EXPECT_EQ(kind_of("\x02\0\0\0\0\0\0\0{}"s), FileKind::safetensors);
  EXPECT_EQ(kind_of("\x93NUMPY\x01\0"s), FileKind::numpy);
  EXPECT_EQ(kind_of("\x80\x02}q\0."s), FileKind::pickle);
  EXPECT_EQ(kind_of("\x08\x07\x12\x07pytorch"s), FileKind::onnx);
  EXPECT_EQ(kind_of("import torch\n"), FileKind::text);
  EXPECT_EQ(kind_of("\x01\x02\x03\x04"s), FileKind::unknown);
  EXPECT_EQ(kind_of(ZipBuilder().add("x.npy", "1").finish()), FileKind::numpy);
  EXPECT_EQ(kind_of(ZipBuilder().add("x.txt", "1").finish()), FileKind::other_zip);
  EXPECT_EQ(kind_of(ZipBuilder().add("m/archive_format", "pt2").finish()), FileKind::exported);
  EXPECT_EQ(kind_of(ZipBuilder().add("m/a", "1").finish().substr(0, 30)), FileKind::truncated_zip);
  EXPECT_EQ(file_kind("/"), FileKind::directory);
}

TEST(FileKind, tells_a_module_of_torch_save_from_its_weights) {
  const auto saved = [](const std::string& pickle) {
    return ZipBuilder().add("m/data.pkl", pickle).finish();
  };
  const std::string module = "\x80\x02}(X\x0b\0\0\0_parametersX\x08\0\0\0_modules."s;
  EXPECT_EQ(kind_of(saved("\x80\x02}X\x0b\0\0\0_parameters."s)), FileKind::torch_save);
  EXPECT_EQ(kind_of(saved(module)), FileKind::torch_save_module);
  EXPECT_EQ(kind_of(module), FileKind::pickled_module);
  const std::string with_source =
      "\x80\x02}.\x80\x02(X\x06\0\0\0moduleq\0ctorch.nn.modules.linear\nLinear\n."s;
  EXPECT_EQ(kind_of(with_source), FileKind::pickled_module);
  for (const std::string& bytes : {saved(module), module}) {
    const std::string complaint = complaint_about(bytes);
    EXPECT_NE(complaint.find("a whole model"), std::string::npos) << complaint;
    EXPECT_NE(complaint.find("torch.save(model.state_dict(), 'weights.pt')"), std::string::npos);
  }
}

TEST(FileKind, refuses_a_source_in_place_of_a_file) {
  try {
    require_torchscript("net.py:Net", false);
    FAIL() << "a SOURCE was accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_EQ(error.hint(),
              "capture it first, with the shape of its input: tsctl convert net.py:Net --input "
              "1x3x224x224 -o OUT.pt");
  }
}

TEST(FileKind, says_what_a_file_is_and_what_to_do) {
  EXPECT_EQ(complaint_about(""),
            "is not a TorchScript file: it is empty (0 bytes) | the step that should have written "
            "it failed: run that step again");
  const std::string state =
      input_error_of([] { require_torchscript(archive_fixture("state_dict.pt"), false); });
  EXPECT_NE(state.find("it holds objects or weights of torch.save (a state dict, for instance)"),
            std::string::npos);
  EXPECT_NE(state.find("tsctl convert FILE.py:Name --weights " + archive_fixture("state_dict.pt")),
            std::string::npos);
  EXPECT_NE(complaint_about("\x08\x07\x12\x07pytorch"s)
                .find("ONNX model, which cannot be converted to TorchScript"),
            std::string::npos);
  EXPECT_NE(complaint_about("version https://git-lfs.github.com/spec/v1\n").find("git lfs pull"),
            std::string::npos);
  EXPECT_NE(complaint_about("\n<!DOCTYPE html>").find("it is a web page"), std::string::npos);
  EXPECT_NE(complaint_about(ZipBuilder().add("m/a", "1").finish().substr(0, 30))
                .find("is truncated: 30 bytes"),
            std::string::npos);
}

TEST(FileKind, distinguishes_a_missing_file_from_a_folder) {
  EXPECT_EQ(
      input_error_of([] { require_torchscript("/no/such/file.pt", false); }),
      "'/no/such/file.pt' does not exist | check the path; it is relative to the current folder");
  EXPECT_EQ(input_error_of([] { require_torchscript("/", false); }),
            "'/' is not a TorchScript file: it is a folder | name the file inside it");
  EXPECT_EQ(input_error_of([] { require_torchscript("/dev/null", false); }),
            "'/dev/null' is not a regular file | name a file on disk");
}

TEST(FileKind, checks_every_record_when_asked) {
  const MemoryFile file(with_flipped_bit(archive_fixture("mlp_traced.pt"), "data/0"));
  require_torchscript(file.path(), false);
  EXPECT_NE(input_error_of([&file] {
              require_torchscript(file.path(), true);
            }).find("the content of record 'mlp_traced/data/0' does not"),
            std::string::npos);
}

}  // namespace

}  // namespace tsctl
