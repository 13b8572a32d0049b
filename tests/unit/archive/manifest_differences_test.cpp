#include "tsctl/archive/manifest_differences.h"

#include <gtest/gtest.h>

namespace tsctl {

namespace {

using Texts = std::vector<std::string>;

ModelSummary summary_with(const std::string& manifest) {
  return {.class_name = "__torch__.models.Net",
          .methods = {{.name = "forward", .parameters = {{.name = "x", .type = "Tensor"}}}},
          .manifest_text = manifest};
}

TEST(ManifestDifferences, are_none_for_what_the_file_has) {
  EXPECT_EQ(manifest_differences(summary_with("")), Texts{});
  EXPECT_EQ(manifest_differences(summary_with("[1, 2")), Texts{});
  EXPECT_EQ(manifest_differences(summary_with("{}")), Texts{});
  EXPECT_EQ(manifest_differences(summary_with(R"({
      "schema": "tsctl.manifest/1", "class_name": "Net", "capture_mode": "trace", "adapter": "",
      "torch_version": "2.15.0", "inputs": {"specs": ["x:Bx3:int64"]},
      "parameters": [{"name": "x", "type": "Tensor", "has_default": false}],
      "steps": [{"command": "trace", "torch_version": "2.15.0"}]})")),
            Texts{});
}

TEST(ManifestDifferences, do_not_come_from_members_of_other_kinds) {
  EXPECT_EQ(manifest_differences(summary_with(R"({
      "schema": 1, "class_name": [], "parameters": {"x": 1}, "inputs": [], "steps": [1, "a"]})")),
            Texts{});
  EXPECT_EQ(manifest_differences(summary_with(R"({"inputs": {"specs": [1]}})")), Texts{});
}

TEST(ManifestDifferences, are_not_looked_for_where_an_adapter_arranges_the_inputs) {
  EXPECT_EQ(manifest_differences(summary_with(
                R"({"class_name": "Other", "adapter": "a", "inputs": {"specs": ["y:2", "3"]}})")),
            Texts{});
}

TEST(ManifestDifferences, compare_the_inputs_only_if_each_is_an_argument) {
  const std::string specs = R"("inputs": {"specs": ["3", "4"]}})";
  EXPECT_EQ(manifest_differences(
                summary_with(R"({"input_structure": "dict{x: list[tensor, tensor]}", )" + specs)),
            Texts{});
  EXPECT_EQ(manifest_differences(
                summary_with(R"({"input_structure": "dict{x: tensor, y: tensor}", )" + specs)),
            Texts{"the manifest states 2 inputs, but forward takes 1 argument"});
}

TEST(ManifestDifferences, accept_what_freezing_preserved) {
  const std::string steps =
      R"({"steps": [{"command": "trace"}, {"command": "freeze", "preserved": [PRESERVED]}]})";
  std::string preserving = steps;
  preserving.replace(preserving.find("PRESERVED"), 9, "\"version\"");
  EXPECT_EQ(manifest_differences(summary_with(preserving)), Texts{});
  std::string plain = steps;
  plain.replace(plain.find("PRESERVED"), 9, "");
  ModelSummary summary = summary_with(plain);
  summary.training = false;
  EXPECT_EQ(manifest_differences(summary),
            Texts{"the manifest states that it was frozen, but it is not"});
  summary.training.reset();  // a parameter is left that the model may change
  EXPECT_EQ(manifest_differences(summary), Texts{});
}

}  // namespace

}  // namespace tsctl
