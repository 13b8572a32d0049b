#include <cmath>
#include <limits>

#include "module_archive.h"
#include "tsctl/archive/diff.h"
#include "tsctl/archive/diff_tensors.h"
#include "tsctl/archive/inspect.h"
#include "tsctl/archive/unified_diff.h"
#include "tsctl/archive/value_difference.h"

namespace tsctl {

namespace {

DiffResult diff_of(const ModuleArchive& a, const ModuleArchive& b,
                   std::vector<IgnoreKind> ignore = {}) {
  const MemoryFile file_a(a.bytes());
  const MemoryFile file_b(b.bytes());
  return diff({.path_a = file_a.path(), .path_b = file_b.path(), .ignore = std::move(ignore)});
}

// "weight renamed kernel"
std::string text_of(const std::vector<TensorChange>& rows) {
  std::string text;
  for (const TensorChange& row : rows) {
    const bool shows_after =
        row.change == TensorChangeKind::renamed || row.change == TensorChangeKind::became_constant;
    text += row.name + " " + name_of(row.change) + (shows_after ? " " + row.after : "") + "\n";
  }
  return text;
}

TEST(DiffTensors, calls_a_tensor_renamed_that_has_another_name_only) {
  const ModuleArchive a{.tensors = {{"weight", {1, 2}}, {"bias", {3}}}};
  const ModuleArchive b{.tensors = {{"kernel", {1, 2}}, {"bias", {3}}}};
  const DiffResult result = diff_of(a, b);
  EXPECT_EQ(text_of(result.tensors), "weight renamed kernel\n");
  EXPECT_FALSE(result.same);
  EXPECT_EQ(result.equal_tensors, 1);
  const DiffResult ignoring = diff_of(a, b, {IgnoreKind::names});
  EXPECT_TRUE(ignoring.same);
  ASSERT_EQ(ignoring.ignored.size(), 1U);
  EXPECT_EQ(ignoring.ignored[0].count, 1);
}

TEST(DiffTensors, matches_equal_tensors_by_the_most_similar_name) {
  const ModuleArchive a{.tensors = {{"enc_0_bias", {0, 0}}, {"enc_1_bias", {0, 0}}}};
  const ModuleArchive b{.tensors = {{"part_1_bias", {0, 0}}, {"part_0_bias", {0, 0}}}};
  EXPECT_EQ(text_of(diff_of(a, b).tensors),
            "enc_0_bias renamed part_0_bias\nenc_1_bias renamed part_1_bias\n");
}

TEST(DiffTensors, does_not_call_other_values_renamed) {
  EXPECT_EQ(text_of(diff_of({.tensors = {{"a", {1, 2}}}}, {.tensors = {{"b", {1, 3}}}}).tensors),
            "a removed\nb added\n");
  EXPECT_EQ(text_of(diff_of({.tensors = {{"a", {1, 2}}}}, {.tensors = {{"b", {1, 2, 0}}}}).tensors),
            "a removed\nb added\n");
}

TEST(DiffTensors, names_the_module_that_was_renamed) {
  using Pair = std::pair<std::string, std::string>;
  EXPECT_EQ(renamed_module("encoder.0.weight", "enc.0.weight"), Pair("encoder", "enc"));
  EXPECT_EQ(renamed_module("0.weight", "module.0.weight"), Pair("", "module"));
  EXPECT_EQ(renamed_module("a.weight", "b.xweight"), Pair("a.weight", "b.xweight"));
  EXPECT_EQ(rename_notes({{"encoder.0.weight", "enc.0.weight"},
                          {"encoder.0.bias", "enc.0.bias"},
                          {"head.weight", "top.weight"},
                          {"x", "module.x"},
                          {"y", "module.y"}}),
            (std::vector<std::string>{"2 tensors renamed: * -> module.*",
                                      "2 tensors renamed: encoder.* -> enc.*"}));
}

TEST(DiffTensors, says_by_how_much_values_changed) {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  const DiffResult result = diff_of({.tensors = {{"a", {1, 2, -4, kNan}}, {"zero", {0}}}},
                                    {.tensors = {{"a", {1, 2.5, -4, 1}}, {"zero", {3}}}});
  ASSERT_EQ(result.tensors.size(), 2U);
  EXPECT_EQ(result.tensors[0].changed_elements, 2);
  EXPECT_EQ(result.tensors[0].max_abs, 0.5);
  EXPECT_EQ(result.tensors[0].max_abs_to_peak, 0.125);
  EXPECT_EQ(result.tensors[0].nonfinite, 1);
  EXPECT_EQ(result.tensors[1].max_abs, 3.0);
  EXPECT_FALSE(result.tensors[1].max_abs_to_peak.has_value());
  EXPECT_TRUE(
      diff_of({.tensors = {{"a", {1}}}}, {.tensors = {{"a", {2}}}}, {IgnoreKind::values}).same);
}

template <typename Number>
ValueDifference difference(const char* dtype, std::vector<Number> a, std::vector<Number> b) {
  ValueDifference values(dtype);
  values.add(reinterpret_cast<const std::byte*>(a.data()),
             reinterpret_cast<const std::byte*>(b.data()), a.size() * sizeof(Number));
  return values;
}

TEST(ValueDifference, reads_the_numbers_of_each_dtype) {
  using std::uint16_t;
  // 1, the smallest denormal number, infinity
  const auto half = difference<uint16_t>("float16", {0x3c00, 0x0001, 0x7c00}, {0xbc00, 0x0000, 0});
  EXPECT_EQ(half.max_abs(), 2.0);
  EXPECT_EQ(half.max_abs_to_peak(), 2.0);
  EXPECT_EQ(half.nonfinite(), 1);
  EXPECT_EQ(difference<uint16_t>("float16", {0x0001}, {0}).max_abs(), std::ldexp(1.0, -24));
  EXPECT_EQ(difference<uint16_t>("bfloat16", {0x3f80}, {0x4000}).max_abs(), 1.0);
  EXPECT_EQ(difference<double>("float64", {1.0}, {1.25}).max_abs(), 0.25);
  EXPECT_EQ(difference<std::int8_t>("int8", {-100}, {100}).max_abs(), 200.0);
  EXPECT_EQ(difference<std::uint8_t>("uint8", {0}, {255}).max_abs(), 255.0);
  EXPECT_EQ(difference<float>("complex64", {0, 1}, {0, 3}).max_abs(), 2.0);
  EXPECT_FALSE(difference<std::uint8_t>("quint8", {0}, {255}).max_abs().has_value());
}

TEST(DiffConstants, are_matched_by_content_and_then_by_type) {
  const ModuleArchive a{.constants = {{1, 1}, {2, 2, 2}, {3, 3}}};
  EXPECT_EQ(text_of(diff_of(a, {.constants = {{9}, {1, 1}, {2, 2, 2}, {3, 3}}}).constants),
            "c0 added\n");
  // Trained again, with one more in front.
  const DiffResult trained = diff_of(a, {.constants = {{9}, {1, 2}, {2, 2, 5}, {3, 4}}});
  EXPECT_EQ(text_of(trained.constants), "c0 values\nc1 values\nc2 values\nc0 added\n");
  EXPECT_EQ(trained.constants[0].after, "float32 [2] (c1)");
  EXPECT_EQ(text_of(diff_of(a, {.constants = {{1, 1}, {2}, {3, 3}}}).constants), "c1 shape\n");
}

// "- aten::relu(_) code/__torch__.py:6", "~ aten::mul(_, 2) -> aten::mul(_, 3)"
std::string structure_of(const std::string& a, const std::string& b) {
  std::string text;
  for (const StructureChange& row : diff_of({.forward = a}, {.forward = b}).structure) {
    if (row.change == TextChangeKind::removed) text += "- " + row.before + " " + row.place_before;
    if (row.change == TextChangeKind::added) text += "+ " + row.after + " " + row.place_after;
    if (row.change == TextChangeKind::changed) text += "~ " + row.before + " -> " + row.after;
    text += "\n";
  }
  return text;
}

TEST(DiffStructure, aligns_the_calls_of_a_method) {
  EXPECT_EQ(structure_of("y = torch.relu(x)\nreturn torch.mul(y, 2)",
                         "y = torch.neg(x)\nz = torch.relu(y)\nreturn torch.mul(z, 3)"),
            "+ aten::neg(_) code/__torch__.py:6\n"
            "~ aten::mul(_, 2) -> aten::mul(_, 3)\n");
  EXPECT_EQ(structure_of("return torch.relu(torch.neg(x))", "return torch.neg(torch.relu(x))"),
            "- aten::neg(_) code/__torch__.py:6\n"
            "+ aten::neg(_) code/__torch__.py:6\n");
  EXPECT_EQ(structure_of("a = torch.relu(x)\nreturn a", "b_0 = torch.relu(x)\nreturn b_0"), "");
}

TEST(DiffStructure, counts_for_the_verdict_when_the_operators_are_as_many) {
  const DiffResult result = diff_of({.forward = "return torch.relu(torch.neg(x))"},
                                    {.forward = "return torch.neg(torch.relu(x))"});
  EXPECT_TRUE(result.ops.empty());
  EXPECT_FALSE(result.same);
}

TEST(DiffStructure, says_when_only_the_values_of_calls_may_differ) {
  const DiffResult result = diff_of({.forward = "return torch.add(x, torch.relu(x))"},
                                    {.forward = "y = torch.relu(x)\nreturn torch.add(y, y)"});
  EXPECT_TRUE(result.same);
  ASSERT_EQ(result.notes.size(), 1U);
  EXPECT_TRUE(result.notes[0].starts_with("the code is written differently"));
}

TEST(DiffStructure, says_when_methods_are_too_different) {
  std::string many;
  for (int i = 0; i < 1100; ++i) many += "x = torch.add(x, " + std::to_string(i) + ")\n";
  const DiffResult result = diff_of({.forward = "return x"}, {.forward = many + "return x"});
  ASSERT_EQ(result.structure.size(), 1U);
  EXPECT_EQ(result.structure[0].after, "1100 calls");
  EXPECT_EQ(result.notes,
            (std::vector<std::string>{"forward: more than 1000 calls differ, so they were not "
                                      "aligned"}));
}

TEST(DiffExtraFiles, are_compared_line_by_line_when_they_are_text) {
  const DiffResult result =
      diff_of({.records = {{"extra/notes.txt", "one\ntwo\nthree\n"}, {"extra/raw", "\xff\xfe"}}},
              {.records = {{"extra/notes.txt", "one\n2\nthree\n"}, {"extra/raw", "\xff\xfd"}}});
  EXPECT_TRUE(result.same);
  ASSERT_EQ(result.extra_files.size(), 2U);
  EXPECT_EQ(result.extra_files[0].lines,
            (std::vector<std::string>{"@@ -1,3 +1,3 @@", " one", "-two", "+2", " three"}));
  EXPECT_TRUE(result.extra_files[1].lines.empty());
  EXPECT_TRUE(
      diff_of({.records = {{"extra/a", "1"}}}, {}, {IgnoreKind::extra}).extra_files.empty());
}

TEST(UnifiedDiff, compares_json_member_by_member) {
  EXPECT_EQ(unified_diff(R"({"a": 1, "b": [2, 3]})", R"({"a": 1, "b": [2, 4]})"),
            (std::vector<std::string>{"@@ -2,6 +2,6 @@", "   \"a\": 1,", "   \"b\": [", "     2,",
                                      "-    3", "+    4", "   ]", " }"}));
}

TEST(UnifiedDiff, cuts_what_is_long_and_says_so) {
  std::string many;
  for (int i = 0; i < 400; ++i) many += std::to_string(i) + "\n";
  EXPECT_EQ(unified_diff("", many).size(), 201U);
  EXPECT_EQ(unified_diff("", many).back(), "more lines differ");
  EXPECT_TRUE(unified_diff("a", std::string(1000, 'b')).back().ends_with("…"));
  EXPECT_EQ(unified_diff("", many + many + many),
            (std::vector<std::string>{"more than 1000 lines differ"}));
}

TEST(DiffRecords, of_which_the_debug_ones_do_not_count) {
  const ModuleArchive a{.records = {{"code/__torch__.py.debug_pkl", "\x80\x02N."}}};
  const ModuleArchive b{.records = {{"code/__torch__.py.debug_pkl", "\x80\x02K\x01."}}};
  const DiffResult result = diff_of(a, b);
  EXPECT_TRUE(result.same);
  EXPECT_EQ(result.notes, (std::vector<std::string>{"1 debug record with source paths and lines "
                                                    "differs, which is not part of the verdict"}));
  const DiffResult ignoring = diff_of(a, b, {IgnoreKind::debug});
  EXPECT_TRUE(ignoring.notes.empty());
  EXPECT_EQ(ignoring.ignored[0].count, 1);
}

TEST(DiffCompressed, compares_the_content) {
  const MemoryFile deflated(
      repacked(archive_fixture("mlp_traced.pt"), true, [](const std::string&, std::string&) {}));
  const DiffResult same =
      diff({.path_a = archive_fixture("mlp_traced.pt"), .path_b = deflated.path()});
  EXPECT_TRUE(same.same);
  EXPECT_EQ(same.equal_tensors, 4);
  ASSERT_EQ(same.notes.size(), 1U);
  EXPECT_TRUE(same.notes[0].starts_with("the tensors of b are compressed"));
  const DiffResult tuned =
      diff({.path_a = deflated.path(), .path_b = archive_fixture("mlp_tuned.pt")});
  EXPECT_EQ(text_of(tuned.tensors), "second.bias values\n");
  const ModelSummary summary = inspect({.model_path = deflated.path()});
  ASSERT_FALSE(summary.findings.empty());
  EXPECT_EQ(summary.findings.back().code, FindingCode::compressed_tensors);
}

TEST(RecordReader, reads_parts_of_a_deflated_record_in_any_order) {
  std::string content;
  for (int i = 0; i < 200'000; ++i) content += static_cast<char>(i * i % 251);
  const MemoryFile file(ZipBuilder().add_deflated("m/a", content).finish());
  const ZipReader zip(file.path());
  RecordReader reader(zip, *zip.find("m/a"));
  for (const std::size_t offset : {std::size_t{0}, std::size_t{150'000}, std::size_t{10}}) {
    std::string part(1000, '\0');
    reader.read(offset, part.data(), part.size());
    EXPECT_EQ(part, content.substr(offset, part.size())) << offset;
  }
  char byte = 0;
  EXPECT_TRUE(
      input_error_of([&] { reader.read(200'000, &byte, 1); }).starts_with("'" + file.path() + "'"));
}

TEST(ZipReader, refuses_to_read_much_more_of_tensors_than_a_file_has) {
  const MemoryFile file(ZipBuilder().add("m/a", "1").finish());
  const ZipReader zip(file.path());
  zip.spend_tensor_bytes(std::uint64_t{1} << 30);
  EXPECT_NE(input_error_of([&] { zip.spend_tensor_bytes(1 << 20); }).find("too complex"),
            std::string::npos);
}

}  // namespace

}  // namespace tsctl
