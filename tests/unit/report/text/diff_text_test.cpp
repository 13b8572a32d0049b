#include "tsctl/report/text/diff_text.h"

#include <gtest/gtest.h>

#include "tsctl/report/text/style.h"

namespace tsctl {
namespace {

DiffResult two_files() {
  return {.a = {.path = "a.pt",
                .class_name = "__torch__.MLP",
                .size_bytes = 5103,
                .parameter_count = 1040},
          .b = {.path = "b.pt",
                .class_name = "__torch__.MLP",
                .size_bytes = 2662,
                .frozen = true,
                .constant_count = 1040}};
}

const std::string kSides =
    "a  a.pt (__torch__.MLP, 4.98 KiB, not frozen, 1,040 values in parameters)\n"
    "b  b.pt (__torch__.MLP, 2.60 KiB, frozen, 1,040 values in constants)\n";

TEST(DiffText, says_when_nothing_differs) {
  EXPECT_EQ(plain(text_from_diff(two_files())),
            kSides + "same: parameters, constants, ops, methods and attributes are equal\n");
}

TEST(DiffText, lists_what_differs_by_kind) {
  DiffResult diff = two_files();
  diff.same = false;
  diff.notes = {"1 of 2 parameters became constants"};
  diff.tensors = {{.name = "weight",
                   .kind = TensorKind::parameter,
                   .change = TensorChangeKind::became_constant,
                   .before = "float32 [10, 100]",
                   .after = "constant c0"},
                  {.name = "bias",
                   .kind = TensorKind::parameter,
                   .change = TensorChangeKind::values,
                   .before = "float32 [40]",
                   .after = "float32 [40]",
                   .changed_elements = 1200,
                   .count = 4000}};
  diff.constants = {{.name = "c1",
                     .kind = TensorKind::constant,
                     .change = TensorChangeKind::added,
                     .after = "int64 [1]"}};
  diff.methods = {{.name = "forward",
                   .change = TextChangeKind::changed,
                   .before = "forward(self, x) -> Tensor",
                   .after = "forward(self, y) -> Tensor"},
                  {.name = "encode", .change = TextChangeKind::removed, .before = "encode(self)"}};
  diff.ops = {{.method = "forward", .name = "aten::dropout", .before = 1, .after = 0}};
  diff.attributes = {
      {.name = "eps", .change = TextChangeKind::changed, .before = "1e-05", .after = "0.1"}};
  diff.extra_files = {{.name = "note.txt", .change = TextChangeKind::added, .after = "11 B"}};
  EXPECT_EQ(
      plain(text_from_diff(diff)),
      kSides +
          "the files differ\n"
          "  1 of 2 parameters became constants\n"
          "\n"
          "parameters, buffers and tensor attributes\n"
          "  name    kind       change                         in a               in b\n"
          "  weight  parameter  became a constant              float32 [10, 100]  constant c0\n"
          "  bias    parameter  values: 1,200 of 4,000 differ  float32 [40]       float32 [40]\n"
          "\n"
          "constants\n"
          "  name  kind      change  in a  in b\n"
          "  c1    constant  added         int64 [1]\n"
          "\n"
          "methods\n"
          "  - forward(self, x) -> Tensor\n"
          "  + forward(self, y) -> Tensor\n"
          "  - encode(self)\n"
          "\n"
          "ops (calls)\n"
          "  method   op             in a  in b\n"
          "  forward  aten::dropout     1     0\n"
          "\n"
          "attributes\n"
          "  name  change   in a   in b\n"
          "  eps   changed  1e-05  0.1\n"
          "\n"
          "extra files (not part of the verdict)\n"
          "  name      change  in a  in b\n"
          "  note.txt  added         11 B\n");
}

TEST(DiffText, shows_by_how_much_calls_in_order_and_what_was_ignored) {
  DiffResult diff = two_files();
  diff.same = false;
  diff.tensors = {{.name = "bias",
                   .kind = TensorKind::parameter,
                   .change = TensorChangeKind::values,
                   .changed_elements = 2,
                   .count = 4,
                   .max_abs = 0.5,
                   .max_abs_to_peak = 0.125,
                   .nonfinite = 1}};
  diff.structure = {{.method = "forward",
                     .name = "aten::relu",
                     .change = TextChangeKind::removed,
                     .module = "act",
                     .before = "aten::relu(_)",
                     .place_before = "code/__torch__.py:7"}};
  diff.extra_files = {{.name = "a.txt", .before = "1", .after = "2", .lines = {"@@", "-1", "+2"}}};
  diff.ignored = {{.kind = IgnoreKind::debug, .count = 0}, {.kind = IgnoreKind::names, .count = 3}};
  const std::string text = plain(text_from_diff(diff));
  EXPECT_NE(text.find("values: 2 of 4 differ, by at most 0.5 (12.5% of the peak), 1 NaN or Inf"),
            std::string::npos);
  EXPECT_NE(text.find("\nstructure (calls in the order of the code)\n"
                      "  method   module  in a           in b  line\n"
                      "  forward  act     aten::relu(_)        code/__torch__.py:7\n"),
            std::string::npos)
      << text;
  EXPECT_TRUE(
      text.ends_with("\na.txt\n  @@\n  -1\n  +2\n\nignored: debug (none), names (3 differences)\n"))
      << text;
}

TEST(DiffText, cuts_a_long_list) {
  DiffResult diff = two_files();
  diff.same = false;
  diff.attributes.assign(45, {.name = "eps", .change = TextChangeKind::added, .after = "1"});
  EXPECT_EQ(plain(text_from_diff(diff, 0, true)).find("more, which"), std::string::npos);
  EXPECT_TRUE(plain(text_from_diff(diff)).ends_with("  and 5 more, which -v and --json list\n"));
}

}  // namespace
}  // namespace tsctl
