#include "tsctl/report/text/capture_text.h"

#include <gtest/gtest.h>

namespace tsctl {
namespace {

CaptureResult made_up_capture() {
  CaptureAttempt trace{.mode = CaptureMethod::trace,
                       .status = AttemptStatus::not_general,
                       .reason = "the trace differs from eager at B=8"};
  trace.comparisons = {
      {.label = "B=1", .status = CallOutcome::same},
      {.label = "B=8", .status = CallOutcome::differ, .reason = "values"},
      {.label = "x axis 2: 29 instead of 28",
       .probe = true,
       .status = CallOutcome::raised,
       .reason = "a size"},
      {.label = "x axis 2: 27 instead of 28", .probe = true, .status = CallOutcome::refused}};
  trace.warnings = {{.code = NoticeCode::tracer_warning,
                     .text = "a bool from a tensor (net.py:7)",
                     .advice = "torch.where(a, b, c)"}};
  CaptureAttempt script{.mode = CaptureMethod::script, .status = AttemptStatus::kept};
  return {.mode = CaptureMethod::script,
          .status = CaptureStatus::captured,
          .attempts = {trace, script},
          .not_checked = {"x axis 1", "x axis 3"},
          .class_name = "Net",
          .adapter = "results are flattened",
          .parameter_count = 1040,
          .parameter_bytes = 4160};
}

TEST(CaptureText, tells_why_an_attempt_to_capture_was_not_kept) {
  EXPECT_EQ(capture_text(made_up_capture(), false),
            "capture    trace not general: equals eager on 1 of 2 input sets and 0 of 1 probes\n"
            "           the trace differs from eager at B=8\n"
            "             B=8: differ, values\n"
            "             x axis 2: 29 instead of 28: raised, a size\n"
            "             warning: a bool from a tensor (net.py:7)\n"
            "               instead: torch.where(a, b, c)\n"
            "capture    script kept\n"
            "not checked x axis 1; x axis 3\n"
            "adapter    results are flattened\n"
            "model      Net, 1040 parameters, 4.06 KiB\n");
}

TEST(CaptureText, shortens_long_lists_unless_it_is_verbose) {
  CaptureResult capture{
      .attempts = {{.mode = CaptureMethod::trace, .status = AttemptStatus::not_general}}};
  for (int i = 0; i < 11; ++i) {
    const std::string number = std::to_string(i);
    capture.attempts[0].warnings.push_back({.text = "warning " + number});
    capture.attempts[0].comparisons.push_back(
        {.label = "draw " + number, .status = CallOutcome::differ});
  }
  const std::string text = capture_text(capture, false);
  EXPECT_EQ(text.find("warning: warning 8"), std::string::npos);
  EXPECT_NE(text.find("             and 3 more warnings (-v)\n"), std::string::npos);
  EXPECT_EQ(text.find("draw 8"), std::string::npos);
  EXPECT_NE(text.find("draw 7: differ\n             and 3 more (-v)\n"), std::string::npos);
  const std::string all = capture_text(capture, true);
  EXPECT_NE(all.find("warning: warning 10\n"), std::string::npos);
  EXPECT_NE(all.find("draw 10: differ\n"), std::string::npos);
}

TEST(CaptureText, shows_each_size_in_a_table) {
  const CaptureResult capture{
      .generality = {
          {.input = "x",
           .axis = 0,
           .dim = "B",
           .captured_with = 1,
           .tried = {8, 32},
           .status = SizeStatus::general},
          {.input = "x", .axis = 1, .captured_with = 3, .status = SizeStatus::refused},
          {.input = "x",
           .axis = 2,
           .captured_with = 224,
           .status = SizeStatus::fixed,
           .reason = "it differs",
           .place = "net.py:41",
           .source_line = "x.view(1, -1)"},
          {.input = "x",
           .axis = 3,
           .captured_with = 5,
           .status = SizeStatus::fixed,
           .reason = "it differs"},
          {.input = "mask", .axis = 0, .captured_with = 7, .status = SizeStatus::not_tried}}};
  EXPECT_EQ(capture_text(capture, false),
            "           input  axis   size  other sizes\n"
            "           x      0 (B)     1  general (8, 32 tried)\n"
            "           x      1         3  as given: eager accepts no other size\n"
            "           x      2       224  fixed by net.py:41 `x.view(1, -1)`\n"
            "           x      3         5  fixed: it differs\n"
            "           mask   0         7  not tried at other sizes\n");
}

TEST(CaptureText, shows_a_diagnosis_with_the_change_as_code) {
  const CaptureResult capture{
      .attempts = {
          {.mode = CaptureMethod::script,
           .status = AttemptStatus::failed,
           .reason = "net.py:7: scale is taken for a tensor",
           .diagnosis = CaptureDiagnosis{.problem = "missing-annotation",
                                         .file = "/home/net.py",
                                         .line = 7,
                                         .source_line = "def forward(self, x, scale):",
                                         .cause = "scale is taken for a tensor",
                                         .change = "def forward(self, x, scale: float):\n    pass",
                                         .tracing = "tracing would fix it"}}}};
  EXPECT_EQ(capture_text(capture, false),
            "capture    script failed\n"
            "           net.py:7: scale is taken for a tensor\n"
            "             the line:  def forward(self, x, scale):\n"
            "             instead:   def forward(self, x, scale: float):\n"
            "                            pass\n"
            "             tracing:   tracing would fix it\n"
            "             more:      tsctl explain --problem missing-annotation\n");
}

TEST(CaptureText, shows_the_parts_as_a_tree) {
  const CaptureResult capture{
      .submodules = {{.path = "", .class_name = "Net", .mode = SubmoduleMode::scripted},
                     {.path = "body", .class_name = "Body", .mode = SubmoduleMode::inside},
                     {.path = "body.stem",
                      .class_name = "Stem",
                      .mode = SubmoduleMode::traced,
                      .reason = "the compiler refuses net.py:9"}}};
  EXPECT_EQ(capture_text(capture, false),
            "parts      model (Net): scripted\n"
            "             body (Body): inside\n"
            "               body.stem (Stem): traced, the compiler refuses net.py:9\n");
}

TEST(CaptureText, shows_constants_of_the_kept_attempt_when_verbose) {
  const BakedConstant device{.kind = BakedKind::device,
                             .value = "cpu",
                             .op = "aten::zeros",
                             .place = "net.py:3",
                             .source_line = "torch.zeros(2, device=x.device)",
                             .from = BakedOrigin::tensor};
  CaptureResult capture{
      .attempts = {
          {.mode = CaptureMethod::trace, .status = AttemptStatus::kept, .baked = {device}}}};
  const std::string constant =
      "constant   device cpu in aten::zeros at net.py:3 `torch.zeros(2, device=x.device)`\n";
  EXPECT_NE(capture_text(capture, true).find(constant), std::string::npos);
  capture.attempts[0].status = AttemptStatus::not_general;
  EXPECT_EQ(capture_text(capture, true).find(constant), std::string::npos);
}

TEST(CaptureText, says_that_a_general_size_cannot_be_1) {
  SizeGenerality size{
      .input = "x", .tried = {2, 3}, .status = SizeStatus::general, .without_one = true};
  EXPECT_NE(capture_text({.generality = {size}}, false).find("general except 1 (2, 3 tried)\n"),
            std::string::npos);
  size.up_to = 64;
  EXPECT_NE(capture_text({.generality = {size}}, false).find("general between 2 and 64\n"),
            std::string::npos);
}

TEST(CaptureText, sums_the_kept_attempt_up_in_a_line_and_names_fixed_sizes) {
  CaptureResult capture = made_up_capture();
  capture.attempts.back().comparisons = {{.label = "B=1", .status = CallOutcome::same}};
  capture.generality = {
      {.input = "x", .axis = 0, .dim = "B", .tried = {8}, .status = SizeStatus::general},
      {.input = "x", .axis = 2, .tried = {9}, .status = SizeStatus::general, .up_to = 77},
      {.input = "x",
       .axis = 3,
       .captured_with = 5,
       .status = SizeStatus::fixed,
       .place = "net.py:41"}};
  capture.submodules = {{.path = "", .class_name = "Net", .mode = SubmoduleMode::scripted},
                        {.path = "a", .class_name = "A", .mode = SubmoduleMode::inside},
                        {.path = "b", .class_name = "B", .mode = SubmoduleMode::traced}};
  EXPECT_EQ(
      capture_summary(capture),
      "capture    trace not general: equals eager on 1 of 2 input sets and 0 of 1 probes\n"
      "           the trace differs from eager at B=8\n"
      "capture    script kept: equals eager on 1 of 1 input sets and 0 of 0 probes; general in "
      "B, x axis 2 (up to 77)\n"
      "parts      model (Net): scripted\n"
      "             b (B): traced\n"
      "           x axis 3 works with 5 only: fixed by net.py:41\n");
}

}  // namespace
}  // namespace tsctl
