#include "tsctl/archive/aoti_package.h"

#include <string>

#include "archive_files.h"
#include "tsctl/archive/file_kind.h"

namespace tsctl {

namespace {

constexpr const char* kMetadata = "m/data/aotinductor/model/abc.wrapper_metadata.json";

MemoryFile package_saying(const std::string& metadata) {
  return MemoryFile(ZipBuilder().add("m/archive_format", "pt2").add(kMetadata, metadata).finish());
}

// "WHAT" of the Error{environment} that the package meets on a CPU.
std::string refusal_of(const std::string& metadata) {
  const MemoryFile file = package_saying(metadata);
  try {
    require_package_runs_here(file.path(), "cpu");
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::environment) << error.what();
    const std::string what = error.what();
    return what.substr(what.find("' ") + 2);
  }
  return {};
}

TEST(AotiPackage, is_distinguished_from_a_program_of_torch_export) {
  EXPECT_EQ(file_kind(package_saying("{}").path()), FileKind::aotinductor);
}

TEST(AotiPackage, says_what_it_was_compiled_for) {
  const MemoryFile file = package_saying(
      R"({"AOTI_DEVICE_KEY": "cpu", "AOTI_MACHINE": "x86_64", "AOTI_CPU_ISA": "AVX2", "extra": 1})");
  const PackageTarget target = read_package_target(file.path());
  EXPECT_EQ(target.device, "cpu");
  EXPECT_EQ(target.platform, "");
  EXPECT_EQ(target.machine, "x86_64");
  EXPECT_EQ(target.cpu_isa, "AVX2");
}

TEST(AotiPackage, needs_metadata_that_can_be_read) {
  EXPECT_NE(input_error_of([] {
              read_package_target(package_saying("[").path());
            }).find("is not a JSON object"),
            std::string::npos);
  const MemoryFile other(ZipBuilder().add("m/data/aotinductor/second/a.so", "x").finish());
  EXPECT_NE(
      input_error_of([&] { read_package_target(other.path()); }).find("a model named 'model'"),
      std::string::npos);
}

TEST(AotiPackage, lacks_the_flags_of_each_instruction_set) {
  const std::set<std::string> avx2{"avx2", "fma", "f16c"};
  EXPECT_TRUE(missing_cpu_flags("AVX2", avx2).empty());
  EXPECT_EQ(
      missing_cpu_flags("AVX512 AVX512_VNNI", avx2),
      (std::vector<std::string>{"avx512f", "avx512dq", "avx512vl", "avx512bw", "avx512_vnni"}));
  EXPECT_EQ(missing_cpu_flags("AVX512 AMX_TILE", {"avx512f", "avx512dq", "avx512vl", "avx512bw",
                                                  "fma", "amx_tile", "amx_int8"}),
            std::vector<std::string>{"amx_bf16"});
  EXPECT_TRUE(missing_cpu_flags("INVALID_VEC_ISA", {}).empty());
  EXPECT_TRUE(missing_cpu_flags("", {}).empty());
}

TEST(AotiPackage, is_refused_where_it_cannot_run) {
  EXPECT_EQ(refusal_of("{}"), "");
  EXPECT_EQ(refusal_of(R"({"AOTI_DEVICE_KEY": "cuda"})"),
            "was compiled for the device 'cuda', not for --device cpu");
  EXPECT_EQ(refusal_of(R"({"AOTI_PLATFORM": "win32"})"),
            "was compiled for the platform 'win32', this is linux");
  EXPECT_EQ(refusal_of(R"({"AOTI_MACHINE": "sparc"})").substr(0, 46),
            "was compiled for a processor of type 'sparc', ");
  EXPECT_EQ(refusal_of(R"({"AOTI_CPU_ISA": "AVX2 ASIMD"})").substr(0, 30),
            "was compiled for 'AVX2 ASIMD',");
}

constexpr const char* kInputs =
    R"([1, {"type": "builtins.tuple", "context": "null", "children_spec": [
      {"type": "builtins.tuple", "context": "null", "children_spec": [
        {"type": null, "context": null, "children_spec": []}]},
      {"type": "builtins.dict", "context": "[\"mask\", \"scale\"]", "children_spec": [
        {"type": null, "context": null, "children_spec": []},
        {"type": null, "context": null, "children_spec": []}]}]}])";
constexpr const char* kOutputs =
    R"([1, {"type": "builtins.dict", "context": "[\"logits\", \"rest\"]", "children_spec": [
      {"type": null, "context": null, "children_spec": []},
      {"type": "builtins.list", "context": "null", "children_spec": [
        {"type": null, "context": null, "children_spec": []}]}]}])";

TEST(CallSpec, has_names_and_the_structure_of_the_outputs) {
  const CallSpec spec = call_spec_from_json(kInputs, kOutputs, "m.pt2");
  EXPECT_EQ(spec.inputs, 3U);
  EXPECT_EQ(spec.kwargs, (std::vector<std::string>{"mask", "scale"}));
  EXPECT_EQ(describe_structure(spec.outputs), "dict{logits: tensor, rest: list[1]}");
}

TEST(CallSpec, is_refused_if_it_is_not_a_tree) {
  for (const std::string text : {"", "[1]", "[1, {}]", "[1, 2]", R"([1, {"type": 3}])"}) {
    EXPECT_NE(input_error_of([&] {
                call_spec_from_json(kInputs, text, "m.pt2");
              }).find("'m.pt2' cannot be used: its call specification cannot be read"),
              std::string::npos);
  }
  std::string deep;
  for (int i = 0; i < 200; ++i)
    deep += R"({"type": "builtins.list", "context": "null", "children_spec": [)";
  for (int i = 0; i < 200; ++i) deep += "]}";
  EXPECT_NE(input_error_of([&] {
              call_spec_from_json(kInputs, "[1, " + deep + "]", "m.pt2");
            }).find("nested too deeply"),
            std::string::npos);
}

}  // namespace

}  // namespace tsctl
