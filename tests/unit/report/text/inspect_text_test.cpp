#include "tsctl/report/text/inspect_text.h"

#include <gtest/gtest.h>

namespace tsctl {
namespace {

ModelSummary small_model() {
  ModelSummary summary{.path = "net.pt",
                       .size_bytes = 5103,
                       .format_version = "3",
                       .byte_order = ByteOrder::little,
                       .producer = "tsctl 0.1.0, torch 2.15.0",
                       .class_name = "__torch__.MLP",
                       .training = false,
                       .parameter_count = 1040,
                       .parameter_bytes = 4160,
                       .buffer_bytes = 40};
  summary.groups = {
      {.group = RecordGroup::code, .records = 1, .size_bytes = 300, .stored_bytes = 200},
      {.group = RecordGroup::tensors, .records = 3, .size_bytes = 4200, .stored_bytes = 4200}};
  summary.methods = {{.name = "forward", .signature = "forward(self, x: Tensor) -> Tensor"}};
  summary.tensors = {{.name = "weight",
                      .kind = TensorKind::parameter,
                      .dtype = "float32",
                      .shape = {10, 100},
                      .size_bytes = 4000,
                      .device = "cpu",
                      .record = "data/0"},
                     {.name = "bias",
                      .kind = TensorKind::parameter,
                      .dtype = "float32",
                      .shape = {40},
                      .size_bytes = 160,
                      .device = "cpu",
                      .record = "data/1"},
                     {.name = "mean",
                      .kind = TensorKind::buffer,
                      .dtype = "float32",
                      .shape = {10},
                      .size_bytes = 40,
                      .device = "cuda:0",
                      .record = "data/0",
                      .shared_with = "weight"}};
  summary.attributes = {{.name = "eps", .type = "float", .value = "1e-05"}};
  summary.ops = {{.name = "aten::add", .in_forward = 1, .written = 2},
                 {.name = "aten::linear", .in_forward = 3, .written = 1}};
  summary.extra_files = {{.name = "note.txt", .size_bytes = 11, .text = "first\nsecond"},
                         {.name = "blob", .size_bytes = 2048}};
  summary.code = {{.record = "code/__torch__.py", .text = "def f():\n  pass\n"}};
  summary.records = {{.name = "data/0",
                      .group = RecordGroup::tensors,
                      .method = RecordMethod::stored,
                      .size_bytes = 4000,
                      .stored_bytes = 4000,
                      .crc32 = "0123abcd",
                      .crc_ok = true}};
  return summary;
}

TEST(InspectText, sums_a_file_up) {
  EXPECT_EQ(text_from_summary(small_model(), {}),
            "net.pt: TorchScript, 4.98 KiB\n"
            "  class         __torch__.MLP\n"
            "  state         not frozen, eval mode\n"
            "  parameters    2 tensors, 1,040 values, 4.06 KiB\n"
            "  buffers       1 tensor, all of which share memory with others\n"
            "  constants     none\n"
            "  format        3, little endian\n"
            "  made by       tsctl 0.1.0, torch 2.15.0\n"
            "\n"
            "  contents  records      size  in the file\n"
            "  code            1     300 B        200 B\n"
            "  tensors         3  4.10 KiB     4.10 KiB\n"
            "\n"
            "methods\n"
            "  forward(self, x: Tensor) -> Tensor\n"
            "\n"
            "attributes\n"
            "  name  type   value\n"
            "  eps   float  1e-05\n"
            "\n"
            "extra files\n"
            "  name          size  begins with\n"
            "  note.txt      11 B  first\n"
            "  blob      2.00 KiB\n");
}

TEST(InspectText, adds_the_sections_that_are_asked_for) {
  const ModelSummary summary = small_model();
  const std::string head = text_from_summary(summary, {});
  const auto added = [&](const InspectSections& sections) {
    return text_from_summary(summary, sections).substr(head.size());
  };
  EXPECT_EQ(added({.tensors = true}),
            "\ntensors\n"
            "  name    kind       dtype    shape          size  record  note\n"
            "  weight  parameter  float32  [10, 100]  3.91 KiB  data/0\n"
            "  bias    parameter  float32  [40]          160 B  data/1\n"
            "  mean    buffer     float32  [10]           40 B  data/0  shares memory with weight, "
            "on cuda:0\n");
  EXPECT_EQ(added({.ops = true}),
            "\nops\n"
            "  name          calls in forward  places in the code\n"
            "  aten::linear                 3                   1\n"
            "  aten::add                    1                   2\n");
  EXPECT_EQ(added({.code = true}), "\ncode/__torch__.py\n  def f():\n    pass\n");
  EXPECT_EQ(added({.records = true}),
            "\nrecords\n"
            "  name    group    method      size  in the file  crc32     check\n"
            "  data/0  tensors  stored  3.91 KiB     3.91 KiB  0123abcd  ok\n");
}

TEST(InspectText, tells_the_states_of_a_file) {
  ModelSummary summary = small_model();
  const auto state = [&] {
    const std::string text = text_from_summary(summary, {});
    const std::size_t begin = text.find("  state         ") + 16;
    return text.substr(begin, text.find('\n', begin) - begin);
  };
  summary.training_modules = 3;
  EXPECT_EQ(state(), "not frozen, eval mode (3 submodules in training mode)");
  summary.training = true;
  EXPECT_EQ(state(), "not frozen, training mode");
  summary.training.reset();
  summary.training_modules = 0;
  summary.constant_count = 0;
  EXPECT_EQ(state(), "not frozen");
  summary.constant_count = 4;
  EXPECT_EQ(state(), "partly frozen (parameters are left)");
  summary.frozen = true;
  EXPECT_EQ(state(), "frozen (weights are constants)");
}

TEST(InspectText, says_whether_the_checksums_hold) {
  ModelSummary summary = small_model();
  summary.crc_ok = true;
  EXPECT_NE(text_from_summary(summary, {}).find("  checksums     all records intact\n"),
            std::string::npos);
  summary.crc_ok = false;
  EXPECT_NE(text_from_summary(summary, {}).find("  checksums     DAMAGED, see the warnings\n"),
            std::string::npos);
}

TEST(InspectText, cuts_a_long_list_of_attributes) {
  ModelSummary summary = small_model();
  summary.attributes.assign(15, {.name = "eps", .type = "float", .value = "1"});
  EXPECT_NE(text_from_summary(summary, {}).find("  and 3 more, which --json lists\n"),
            std::string::npos);
}

TEST(ShortenedText, cuts_between_characters) {
  EXPECT_EQ(shortened_text(std::string(60, 'a')), std::string(60, 'a'));
  EXPECT_EQ(shortened_text(std::string(61, 'a')), std::string(60, 'a') + "…");
  EXPECT_EQ(shortened_text(std::string(59, 'a') + "éé"), std::string(59, 'a') + "…");
}

TEST(CountText, separates_thousands) {
  EXPECT_EQ(count_text(0), "0");
  EXPECT_EQ(count_text(999), "999");
  EXPECT_EQ(count_text(1000), "1,000");
  EXPECT_EQ(count_text(1234567), "1,234,567");
  EXPECT_EQ(count_text(-123), "-123");
  EXPECT_EQ(count_text(-1234), "-1,234");
}

TEST(ShapeText, is_a_list) {
  EXPECT_EQ(shape_text({}), "[]");
  EXPECT_EQ(shape_text({4, 8}), "[4, 8]");
}

}  // namespace
}  // namespace tsctl
