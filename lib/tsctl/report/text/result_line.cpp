#include "tsctl/report/text/result_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "tsctl/core/base/units.h"
#include "tsctl/report/text/inspect_text.h"
#include "tsctl/report/text/style.h"
#include "tsctl/report/text/text_lines.h"
#include "tsctl/report/text/verify_text.h"

namespace tsctl {

namespace {

constexpr std::size_t kMostNamed = 3;     // arms or sizes that the line names
constexpr std::size_t kShownDigits = 16;  // of a digest

// "a, b, c and 2 more".
std::string first_few(const std::vector<std::string>& items) {
  if (items.size() <= kMostNamed) return joined(items, ", ");
  const std::vector<std::string> named(items.begin(), items.begin() + kMostNamed);
  return fmt::format("{} and {} more", joined(named, ", "), items.size() - kMostNamed);
}

std::string difference_of(const Report& report) {
  double largest = 0.0;
  for (const VerifyResult& result : report.verify) largest = std::max(largest, result.max_abs);
  // convert writes the last of its stages; the differences of the others say nothing about the file.
  if (report.capture && !report.verify.empty()) largest = report.verify.back().max_abs;
  return fmt::format("{:.2g}", largest);
}

// Whether the report is of the command verify, which writes no file and compares several with a reference.
bool names_candidates(const Report& report) {
  return !report.verify.empty() && !report.artifact && !report.capture && !report.bench;
}

std::string candidates_of(const Report& report) {
  std::vector<std::string> names;
  for (const VerifyResult& result : report.verify) names.push_back(result.candidate);
  return first_few(names);
}

std::string outputs_text(const Report& report) {
  const bool differ = std::ranges::any_of(
      report.verify, [](const VerifyResult& result) { return result.status == Match::differ; });
  if (differ) return "outputs differ";
  const std::string reference =
      names_candidates(report) ? fmt::format(" as {}'s", report.verify.front().reference) : "";
  return fmt::format("outputs same{} ({})", reference, difference_of(report));
}

// "1.42x eager [1.40, 1.44]", and the verdict if the arm is not shown to be faster.
std::string speed_text(const PairResult& pair) {
  if (pair.outputs == ArmOutputs::differ) return "speed withheld";
  if (!pair.speedup) return "speed undecided";
  std::string text = ratio_interval_text(pair.speedup, pair.speedup_low, pair.speedup_high);
  text.insert(text.find(' '), fmt::format("x {}", pair.base));
  if (!pair.verdict || *pair.verdict == SpeedVerdict::faster) return text;
  return fmt::format("{} ({})", text, name_of(*pair.verdict));
}

// Without an error the user has allowed gates that are undecided.
std::string allowed_gates_text(const BenchResult& bench) {
  std::vector<std::string> arms;
  for (const PairResult& pair : bench.pairs) {
    if (pair.gate == Gate::undecided) arms.push_back(pair.arm);
  }
  if (arms.empty()) return {};
  return fmt::format("gate undecided for {}, allowed (--allow-undecided)", first_few(arms));
}

std::string bench_text_of(const Report& report) {
  const BenchResult& bench = *report.bench;
  if (bench.pairs.empty()) {
    if (bench.arms.empty()) return {};
    const ArmResult& arm = bench.arms.front();
    return fmt::format("{} {} a call", arm.label, seconds_text(arm.median_s));
  }
  if (report.capture) return speed_text(bench.pairs.back());
  std::vector<std::string> speeds;
  for (const PairResult& pair : bench.pairs) speeds.push_back(pair.arm + " " + speed_text(pair));
  return first_few(speeds);
}

// The sizes at which alone the file works.
std::string fixed_text(const CaptureResult& capture) {
  std::vector<std::string> sizes;
  for (const SizeGenerality& size : capture.generality) {
    if (size.status != SizeStatus::fixed) continue;
    sizes.push_back(size.dim.empty() ? fmt::format("{} axis {}", size.input, size.axis) : size.dim);
  }
  return sizes.empty() ? "" : "fixed size of " + first_few(sizes);
}

std::string capture_facts(const Report& report) {
  const CaptureResult& capture = *report.capture;
  const std::string fixed = fixed_text(capture);
  if (report.artifact || !capture.mode) return fixed;
  return fmt::format("can be captured by {}, {}", name_of(*capture.mode),
                     fixed.empty() ? "no fixed size" : fixed);
}

std::string inspect_facts(const ModelSummary& summary) {
  const std::int64_t values = summary.parameter_count + summary.constant_count;
  std::string text = fmt::format("TorchScript, {}, {} weights",
                                 summary.frozen ? "frozen" : "not frozen", count_text(values));
  if (summary.denied_findings > 0)
    text += ", denied: " + counted(summary.denied_findings, "finding");
  return text;
}

std::string diff_facts(const DiffResult& diff) {
  std::string left_out;
  for (const IgnoredChanges& row : diff.ignored)
    left_out += (left_out.empty() ? ", ignoring " : ", ") + name_of(row.kind);
  if (diff.same) return "the same" + left_out;
  std::vector<std::string> parts;
  const auto add = [&](std::size_t count, const std::string& what) {
    if (count > 0) parts.push_back(counted(count, what));
  };
  add(diff.tensors.size(), "tensor");
  add(diff.constants.size(), "constant");
  add(diff.methods.size(), "method");
  add(diff.ops.size(), "operator");
  add(diff.structure.size(), "call");
  add(diff.attributes.size(), "attribute");
  return "differ in " + joined(parts, ", ") + left_out;
}

std::string run_facts(const RunResult& run) {
  std::int64_t nonfinite = 0;
  for (const OutputSummary& output : run.outputs) nonfinite += output.nonfinite;
  std::string text = counted(run.outputs.size(), "output");
  if (nonfinite > 0) text += fmt::format(", {} elements are NaN or Inf", count_text(nonfinite));
  return text;
}

std::string doctor_facts(const std::vector<Finding>& checks) {
  std::vector<std::string> missing;
  for (const Finding& finding : checks) {
    if (finding.status == FindingStatus::missing) missing.push_back(finding.name);
  }
  return missing.empty() ? "everything needed is there" : "missing: " + first_few(missing);
}

// Half a sentence for sign and check. A check that failed says why instead.
std::string signature_facts(const Report& report) {
  if (report.artifact) return "signature of " + report.model.path;
  const SignatureInfo& signature = *report.signature;
  const bool by_key = signature.signer.empty();
  return by_key ? "signed with the key " + signature.key_sha256.substr(0, kShownDigits)
                : "signed by " + signature.signer;
}

// What the command found out, in half a sentence.
std::string facts_of(const Report& report) {
  std::vector<std::string> facts;
  if (report.inspect) facts.push_back(inspect_facts(*report.inspect));
  if (!report.graphs.empty()) facts.push_back(counted(report.graphs.size(), "graph"));
  if (report.diff) facts.push_back(diff_facts(*report.diff));
  if (!report.checks.empty()) facts.push_back(doctor_facts(report.checks));
  if (report.run) facts.push_back(run_facts(*report.run));
  if (!report.verify.empty() && (!report.bench || report.capture))
    facts.push_back(outputs_text(report));
  if (report.signature) facts.push_back(signature_facts(report));
  if (report.verify.empty() && report.artifact && !report.run && !report.signature)
    facts.emplace_back("outputs not compared");
  if (report.bench) facts.push_back(bench_text_of(report));
  if (report.bench && !report.error) facts.push_back(allowed_gates_text(*report.bench));
  const bool not_timed = std::ranges::any_of(report.warnings, [](const Warning& warning) {
    return warning.code == WarningCode::not_timed;
  });
  if (not_timed) facts.emplace_back("not timed");
  if (report.capture) facts.push_back(capture_facts(report));
  std::erase(facts, "");
  return joined(facts, ", ");
}

// The file, or what the command was given. A bench names its arms instead.
std::string subject_of(const Report& report) {
  if (report.diff) return report.diff->a.path + " and " + report.diff->b.path;
  if (!report.checks.empty()) return "tsctl " + report.tool.version;
  if (report.artifact && report.artifact->status == ArtifactStatus::written) {
    return fmt::format("{} ({})", report.artifact->path, bytes_text(report.artifact->size_bytes));
  }
  if (report.bench && !report.capture) return {};
  if (report.inspect)
    return fmt::format("{} ({})", report.inspect->path, bytes_text(report.inspect->size_bytes));
  return names_candidates(report) ? candidates_of(report) : report.model.path;
}

// What became of the output file of a command that failed.
std::string file_text(const ArtifactInfo& artifact) {
  switch (artifact.status) {
    case ArtifactStatus::written:
      return artifact.path + " was written";
    case ArtifactStatus::kept_failed:
      return "kept as " + artifact.path;
    case ArtifactStatus::not_written:
      break;
  }
  return artifact.path + " was not written";
}

std::string passed_text(const Report& report) {
  const std::string subject = subject_of(report);
  const std::string facts = facts_of(report);
  return subject + (subject.empty() || facts.empty() ? "" : ": ") + facts;
}

// The message without the reasons of the attempts: the text above the line and the error have them.
std::string without_reasons(const std::string& message, const CaptureResult& capture) {
  std::size_t end = message.size();
  for (const CaptureAttempt& attempt : capture.attempts) {
    if (!attempt.reason.empty()) end = std::min(end, message.find(attempt.reason));
  }
  if (end == message.size()) return message;
  // "the trace is not general: REASON", "'a.py:Net' can be neither traced nor scripted (trace: …)".
  const std::size_t bracket = message.rfind(" (trace", end);
  return message.substr(0, bracket < end ? bracket : message.rfind(": ", end));
}

std::string failed_text(const Report& report) {
  if (!report.error) return passed_text(report);
  std::string text = report.error->message;
  if (report.capture) text = without_reasons(text, *report.capture);
  const ErrorKind kind = report.error->kind;
  const bool differs = kind == ErrorKind::check_failed && report.error->phase == "verify";
  if (differs && std::ranges::any_of(report.verify, compares_numbers))
    text += fmt::format(" (by up to {})", difference_of(report));
  const bool measured = report.bench && kind != ErrorKind::interrupted;
  if (measured && !facts_of(report).empty()) text += "; " + facts_of(report);
  if (report.artifact) text += "; " + file_text(*report.artifact);
  return text;
}

// Several lines of a compiler's message, for example, would not be one line.
std::string one_line(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  text.erase(text.find_last_not_of(' ') + 1);
  return plain(text);
}

}  // namespace

std::string result_line(const Report& report) {
  const auto code = static_cast<ExitCode>(report.exit_code);
  if (code == ExitCode::ok) return coloured_verdict("OK  " + one_line(passed_text(report)));
  const std::string verdict = code == ExitCode::undecided ? "UNDECIDED" : "FAIL";
  return coloured_verdict(verdict + "  " + one_line(failed_text(report)));
}

}  // namespace tsctl
