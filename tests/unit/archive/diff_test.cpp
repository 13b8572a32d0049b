#include "tsctl/archive/diff.h"

#include <algorithm>

#include "archive_files.h"
#include "tsctl/archive/zip_append.h"
#include "tsctl/report/json/document.h"
#include "tsctl/report/text/diff_text.h"
#include "tsctl/report/text/style.h"

namespace tsctl {

namespace {

DiffResult diff_of(const std::string& a, const std::string& b) {
  return diff({.path_a = archive_fixture(a), .path_b = archive_fixture(b)});
}

TEST(Diff, finds_a_file_equal_to_itself) {
  for (const char* name : {"mlp_traced.pt", "mlp_frozen.pt", "rich_scripted.pt", "own_state.pt"}) {
    const DiffResult result = diff_of(name, name);
    EXPECT_TRUE(result.same) << name;
    EXPECT_TRUE(result.notes.empty()) << name;
  }
  EXPECT_EQ(diff_of("rich_scripted.pt", "rich_scripted.pt").equal_tensors, 7);
}

TEST(Diff, shows_what_freezing_did) {
  const DiffResult result = diff_of("mlp_traced.pt", "mlp_frozen.pt");
  EXPECT_FALSE(result.same);
  EXPECT_EQ(result.notes,
            (std::vector<std::string>{"b is frozen, a is not",
                                      "4 of 4 tensors became constants with the same bytes",
                                      "aten::dropout was removed from forward"}));
  ASSERT_EQ(result.tensors.size(), 4U);
  EXPECT_EQ(result.tensors[0].name, "first.weight");
  EXPECT_EQ(result.tensors[0].change, TensorChangeKind::became_constant);
  EXPECT_EQ(result.tensors[0].after, "constant c0");
  EXPECT_TRUE(result.constants.empty());
  EXPECT_TRUE(result.attributes.empty());
  ASSERT_EQ(result.ops.size(), 1U);
  EXPECT_EQ(result.ops[0].name, "aten::dropout");
  EXPECT_EQ(result.ops[0].before, 1);
  EXPECT_EQ(result.ops[0].after, 0);
}

TEST(Diff, counts_the_elements_that_changed) {
  const DiffResult result = diff_of("mlp_traced.pt", "mlp_tuned.pt");
  ASSERT_EQ(result.tensors.size(), 1U);
  EXPECT_EQ(result.tensors[0].name, "second.bias");
  EXPECT_EQ(result.tensors[0].change, TensorChangeKind::values);
  EXPECT_EQ(result.tensors[0].changed_elements, 1);
  EXPECT_EQ(result.tensors[0].count, 2);
  EXPECT_EQ(result.equal_tensors, 3);
}

TEST(Diff, finds_methods_attributes_and_constants) {
  const DiffResult result = diff_of("rich_scripted.pt", "rich_frozen.pt");
  ASSERT_EQ(result.methods.size(), 1U);
  EXPECT_EQ(result.methods[0].name, "both");
  EXPECT_EQ(result.methods[0].change, TextChangeKind::removed);
  const auto names = [&result] {
    std::vector<std::string> list;
    for (const TextChange& change : result.attributes) list.push_back(change.name);
    return list;
  }();
  EXPECT_EQ(std::ranges::count(names, "threshold"), 1);
  EXPECT_EQ(std::ranges::count(names, "version"), 0);  // preserved
  ASSERT_EQ(result.constants.size(), 1U);
  EXPECT_EQ(result.constants[0].change, TensorChangeKind::added);
}

TEST(Diff, finds_a_changed_training_mode) {
  const DiffResult result = diff_of("rich_scripted.pt", "rich_training.pt");
  const auto mode = std::ranges::find_if(
      result.attributes, [](const TextChange& change) { return change.name == "training"; });
  ASSERT_NE(mode, result.attributes.end());
  EXPECT_EQ(mode->before, "False");
  EXPECT_EQ(mode->after, "True");
}

TEST(Diff, lists_changed_extra_files_but_ignores_them_in_the_result) {
  const MemoryFile file(bytes_of(archive_fixture("mlp_traced.pt")));
  append_records(file.path(), {{"extra/config.json", "{}"}});
  const DiffResult result =
      diff({.path_a = archive_fixture("mlp_traced.pt"), .path_b = file.path()});
  EXPECT_TRUE(result.same);
  ASSERT_EQ(result.extra_files.size(), 1U);
  EXPECT_EQ(result.extra_files[0].change, TextChangeKind::changed);
}

TEST(DiffText, says_the_outcome_in_a_few_lines) {
  DiffResult result = diff_of("mlp_traced.pt", "mlp_tuned.pt");
  result.a.path = "a.pt";
  result.b.path = "b.pt";
  EXPECT_EQ(plain(text_from_diff(result)),
            "a  a.pt (__torch__.Mlp, 4.98 KiB, not frozen, 46 values in parameters)\n"
            "b  b.pt (__torch__.Mlp, 5.05 KiB, not frozen, 46 values in parameters)\n"
            "the files differ\n"
            "\n"
            "parameters, buffers and tensor attributes\n"
            "  name         kind       change                                                    "
            "in a         in b\n"
            "  second.bias  parameter  values: 1 of 2 differ, by at most 1 (276.8% of the peak)  "
            "float32 [2]  float32 [2]\n"
            "\n"
            "extra files (not part of the verdict)\n"
            "  name         change   in a                       in b\n"
            "  config.json  removed  11 bytes, CRC-32 ce767181\n");
}

TEST(DiffJson, comes_back_as_it_was) {
  const std::string text =
      document_from_report({.diff = diff_of("rich_scripted.pt", "rich_frozen.pt")});
  EXPECT_EQ(document_from_report(report_from_document(text, "r.json")), text);
}

}  // namespace

}  // namespace tsctl
