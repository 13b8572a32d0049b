#include "tsctl/report/text/result_line.h"

#include <gtest/gtest.h>

#include "tsctl/report/text/style.h"

namespace tsctl {
namespace {

std::string line_of(Report report, ExitCode code = ExitCode::ok) {
  report.exit_code = static_cast<int>(code);
  return plain(result_line(report));
}

PairResult pair_of(const std::string& base, const std::string& arm, double speedup, double low,
                   double high, SpeedVerdict verdict) {
  return {.base = base,
          .arm = arm,
          .speedup = speedup,
          .speedup_low = low,
          .speedup_high = high,
          .verdict = verdict,
          .outputs = ArmOutputs::same};
}

// The report of a convert that went well.
Report converted() {
  Report report;
  report.model.path = "net.py:Net";
  report.capture = CaptureResult{.mode = CaptureMethod::trace};
  report.verify = {{.reference = "eager", .candidate = "captured", .max_abs = 0.5},
                   {.reference = "eager", .candidate = "optimized", .max_abs = 1.19e-7}};
  report.bench.emplace();
  report.bench->pairs = {pair_of("eager", "captured", 1.3, 1.29, 1.31, SpeedVerdict::faster),
                         pair_of("eager", "optimized", 1.42, 1.4, 1.44, SpeedVerdict::faster)};
  report.artifact =
      ArtifactInfo{.path = "cnn.pt", .size_bytes = 1690000, .status = ArtifactStatus::written};
  return report;
}

TEST(ResultLine, of_convert_has_the_file_its_outputs_and_its_speed) {
  EXPECT_EQ(line_of(converted()),
            "OK  cnn.pt (1.61 MiB): outputs same (1.2e-07), 1.42x eager [1.40, 1.44]");
  Report not_timed = converted();
  not_timed.bench.reset();
  EXPECT_EQ(line_of(not_timed), "OK  cnn.pt (1.61 MiB): outputs same (1.2e-07)");
}

TEST(ResultLine, names_a_verdict_that_is_not_faster) {
  for (const auto& [verdict, name] : {std::pair(SpeedVerdict::slower, "slower"),
                                      std::pair(SpeedVerdict::equivalent, "equivalent"),
                                      std::pair(SpeedVerdict::inconclusive, "inconclusive")}) {
    Report report = converted();
    report.bench->pairs.back() = pair_of("eager", "optimized", 0.9, 0.8, 0.95, verdict);
    EXPECT_EQ(line_of(report),
              std::string("OK  cnn.pt (1.61 MiB): outputs same (1.2e-07), 0.90x eager [0.80, "
                          "0.95] (") +
                  name + ")");
  }
}

TEST(ResultLine, names_the_sizes_that_a_file_fixes) {
  Report report = converted();
  report.bench.reset();
  report.capture->generality = {
      {.input = "ids", .axis = 0, .dim = "B", .status = SizeStatus::general},
      {.input = "ids", .axis = 1, .dim = "T", .status = SizeStatus::fixed},
      {.input = "mask", .axis = 2, .status = SizeStatus::fixed}};
  EXPECT_EQ(line_of(report),
            "OK  cnn.pt (1.61 MiB): outputs same (1.2e-07), fixed size of T, mask axis 2");
}

TEST(ResultLine, of_a_failed_gate_has_the_reason_the_numbers_and_the_file) {
  Report report = converted();
  report.error = ErrorInfo{.kind = ErrorKind::check_failed,
                           .phase = "bench",
                           .message = "'optimized' is not shown to reach --require-speedup"};
  const std::string rest =
      "  'optimized' is not shown to reach --require-speedup; outputs same (1.2e-07), 1.42x eager "
      "[1.40, 1.44]; cnn.pt was written";
  report.error->kind = ErrorKind::gate_failed;
  EXPECT_EQ(line_of(report, ExitCode::gate_failed), "FAIL" + rest);
  report.error->kind = ErrorKind::undecided;
  EXPECT_EQ(line_of(report, ExitCode::undecided), "UNDECIDED" + rest);
}

TEST(ResultLine, of_outputs_that_differ_says_by_how_much_and_that_no_file_was_written) {
  Report report = converted();
  report.bench.reset();
  report.verify.back().status = Match::differ;
  report.verify.back().max_abs = 0.31;
  report.error = ErrorInfo{.kind = ErrorKind::check_failed,
                           .phase = "verify",
                           .message = "the outputs of 'optimized' differ from those of 'eager'"};
  report.artifact->status = ArtifactStatus::not_written;
  EXPECT_EQ(line_of(report, ExitCode::check_failed),
            "FAIL  the outputs of 'optimized' differ from those of 'eager' (by up to 0.31); cnn.pt "
            "was not written");
  report.artifact->path = "cnn.pt.failed";
  report.artifact->status = ArtifactStatus::kept_failed;
  EXPECT_TRUE(line_of(report, ExitCode::check_failed).ends_with("; kept as cnn.pt.failed"));
}

TEST(ResultLine, of_a_capture_leaves_out_the_reasons_that_stand_above_it) {
  Report report;
  report.capture = CaptureResult{.attempts = {{.reason = "a (b): c"}, {.reason = "net.py:7: no"}}};
  report.error = ErrorInfo{.message =
                               "the trace is not general: a (b): c; and it cannot be "
                               "scripted: net.py:7: no"};
  EXPECT_EQ(line_of(report, ExitCode::check_failed), "FAIL  the trace is not general");
  report.error->message =
      "'a (1).py:Net' can be neither traced nor scripted (trace: a (b): c; script: net.py:7: no)";
  EXPECT_EQ(line_of(report, ExitCode::capture),
            "FAIL  'a (1).py:Net' can be neither traced nor scripted");
  report.error->message = "'a (1).py:Net' cannot be scripted: net.py:7: no";
  EXPECT_EQ(line_of(report, ExitCode::capture), "FAIL  'a (1).py:Net' cannot be scripted");
  report.error->message = "the disk is full";
  EXPECT_EQ(line_of(report, ExitCode::environment), "FAIL  the disk is full");
}

TEST(ResultLine, of_every_exit_but_success_and_undecided_begins_with_FAIL) {
  for (const int code : exit_codes()) {
    Report report;
    report.error = ErrorInfo{.message = "the reason"};
    const std::string line = line_of(report, static_cast<ExitCode>(code));
    if (code == 0) {
      EXPECT_TRUE(line.starts_with("OK  ")) << line;
    } else if (code == 6) {
      EXPECT_EQ(line, "UNDECIDED  the reason");
    } else {
      EXPECT_EQ(line, "FAIL  the reason") << code;
    }
  }
}

TEST(ResultLine, is_one_line_even_of_a_message_of_several) {
  Report report;
  report.error = ErrorInfo{.message = "the compiler said:\n  no\x1b[2J\n"};
  EXPECT_EQ(line_of(report, ExitCode::capture), "FAIL  the compiler said:   no");
}

TEST(ResultLine, of_a_bench_has_each_arm_and_at_most_three) {
  Report report;
  report.model.path = "old.pt";
  report.bench.emplace();
  report.bench->arms = {{.label = "old", .median_s = 0.002}};
  EXPECT_EQ(line_of(report), "OK  old 2.000 ms a call");
  for (const char* arm : {"a", "b", "c", "d"}) {
    report.bench->pairs.push_back(pair_of("old", arm, 1.2, 1.1, 1.3, SpeedVerdict::faster));
  }
  EXPECT_EQ(
      line_of(report),
      "OK  a 1.20x old [1.10, 1.30], b 1.20x old [1.10, 1.30], c 1.20x old [1.10, 1.30] and 1 "
      "more");
  report.bench->pairs = {{.base = "old", .arm = "new", .outputs = ArmOutputs::differ},
                         {.base = "old", .arm = "busy", .outputs = ArmOutputs::same}};
  EXPECT_EQ(line_of(report), "OK  new speed withheld, busy speed undecided");
}

TEST(ResultLine, of_verify_has_the_largest_difference_of_all_candidates) {
  Report report;
  report.model.path = "net.py:Net";
  report.verify = {{.reference = "net.py:Net", .candidate = "a.pt", .max_abs = 1e-6},
                   {.reference = "net.py:Net", .candidate = "b.pt"}};
  EXPECT_EQ(line_of(report), "OK  a.pt, b.pt: outputs same as net.py:Net's (1e-06)");
}

TEST(ResultLine, names_an_undecided_gate_that_is_allowed) {
  Report report;
  report.bench.emplace();
  report.bench->pairs = {pair_of("old", "new", 1.01, 0.97, 1.05, SpeedVerdict::inconclusive),
                         {.base = "old", .arm = "busy", .outputs = ArmOutputs::same}};
  report.bench->pairs[1].gate = Gate::undecided;
  EXPECT_EQ(line_of(report),
            "OK  new 1.010x old [0.970, 1.05] (inconclusive), busy speed undecided, gate undecided "
            "for busy, allowed (--allow-undecided)");
  report.bench->pairs[1].gate = Gate::pass;
  EXPECT_EQ(line_of(report).find("gate"), std::string::npos);
  // Without --allow-undecided the error names the gate.
  report.bench->pairs[1].gate = Gate::undecided;
  report.error = ErrorInfo{.kind = ErrorKind::undecided,
                           .phase = "bench",
                           .message = "the gate --max-regress is undecided for 'busy'"};
  const std::string failed = line_of(report, ExitCode::undecided);
  EXPECT_TRUE(failed.starts_with("UNDECIDED  the gate --max-regress is undecided")) << failed;
  EXPECT_EQ(failed.find("allowed"), std::string::npos) << failed;
}

TEST(ResultLine, of_outputs_without_numbers_has_no_largest_difference) {
  Report report;
  report.verify = {{.reference = "a.pt", .candidate = "b.pt", .status = Match::differ}};
  report.verify[0].calls = {
      {.outputs = {{.status = Match::differ, .reason = DifferenceReason::shape}}}};
  report.error = ErrorInfo{.kind = ErrorKind::check_failed,
                           .phase = "verify",
                           .message = "the outputs of 'b.pt' differ from those of 'a.pt'"};
  EXPECT_EQ(line_of(report, ExitCode::check_failed),
            "FAIL  the outputs of 'b.pt' differ from those of 'a.pt'");
}

TEST(ResultLine, of_freeze_says_whether_outputs_were_compared) {
  Report report;
  report.artifact =
      ArtifactInfo{.path = "f.pt", .size_bytes = 2048, .status = ArtifactStatus::written};
  EXPECT_EQ(line_of(report), "OK  f.pt (2.00 KiB): outputs not compared");
}

TEST(ResultLine, of_explain_says_how_the_model_can_be_captured) {
  Report report;
  report.model.path = "net.py:Net";
  report.capture = CaptureResult{.mode = CaptureMethod::script};
  EXPECT_EQ(line_of(report), "OK  net.py:Net: can be captured by script, no fixed size");
}

TEST(ResultLine, of_commands_that_look_at_files) {
  Report inspected;
  inspected.inspect =
      ModelSummary{.path = "a.pt", .size_bytes = 100, .frozen = true, .constant_count = 421642};
  EXPECT_EQ(line_of(inspected), "OK  a.pt (100 B): TorchScript, frozen, 421,642 weights");

  Report compared;
  compared.diff = DiffResult{.a = {.path = "a.pt"}, .b = {.path = "b.pt"}};
  EXPECT_EQ(line_of(compared), "OK  a.pt and b.pt: the same");
  compared.diff->same = false;
  compared.diff->tensors.resize(1);
  compared.diff->ops.resize(2);
  EXPECT_EQ(line_of(compared, ExitCode::check_failed),
            "FAIL  a.pt and b.pt: differ in 1 tensor, 2 operators");

  Report ran;
  ran.model.path = "a.pt";
  ran.run = RunResult{.outputs = {{.nonfinite = 2}, {}}};
  EXPECT_EQ(line_of(ran), "OK  a.pt: 2 outputs, 2 elements are NaN or Inf");

  Report checked;
  checked.tool.version = "0.1.0";
  checked.checks = {{.name = "python", .status = FindingStatus::ok}};
  EXPECT_EQ(line_of(checked), "OK  tsctl 0.1.0: everything needed is there");
  checked.checks.push_back({.name = "LibTorch", .status = FindingStatus::missing});
  EXPECT_EQ(line_of(checked, ExitCode::check_failed), "FAIL  tsctl 0.1.0: missing: LibTorch");
}

}  // namespace
}  // namespace tsctl
