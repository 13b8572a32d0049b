#include "tsctl/report/text/report_text.h"

#include <algorithm>
#include <vector>

#include "tsctl/core/base/units.h"
#include "tsctl/report/json/diff_json.h"
#include "tsctl/report/json/inspect_json.h"
#include "tsctl/report/text/capture_text.h"
#include "tsctl/report/text/device_text.h"
#include "tsctl/report/text/diff_text.h"
#include "tsctl/report/text/host_text.h"
#include "tsctl/report/text/inspect_text.h"
#include "tsctl/report/text/load_text.h"
#include "tsctl/report/text/profile_text.h"
#include "tsctl/report/text/text_lines.h"
#include "tsctl/report/text/text_table.h"

namespace tsctl {

namespace {

std::string or_dash(const std::string& text) { return text.empty() ? "-" : text; }

const PairResult* pair_of(const BenchResult& bench, const std::string& arm) {
  for (const PairResult& pair : bench.pairs) {
    if (pair.arm == arm) return &pair;
  }
  return nullptr;
}

std::string speedup_text(const PairResult* pair) {
  if (pair == nullptr) return "1.00";
  if (!pair->speedup) return "withheld";
  return ratio_interval_text(*pair->speedup, *pair->speedup_low, *pair->speedup_high);
}

std::string passes_text(const std::vector<PassRecord>& passes, bool verbose) {
  std::string text;
  std::vector<std::string> unchanged;
  for (const PassRecord& pass : passes) {
    const std::string where =
        pass.method == "forward" || pass.method.empty() ? "" : " (" + pass.method + ")";
    if (pass.status == "unchanged" && !verbose) {
      unchanged.push_back(pass.pass + where);
      continue;
    }
    const std::string nodes =
        std::to_string(pass.nodes_before) + " -> " + std::to_string(pass.nodes_after) + " nodes";
    text +=
        line("pass", pass.pass + where + ": " + (pass.status == "changed" ? nodes : pass.status));
    const std::size_t listed =
        verbose ? pass.changes.size() : std::min(kMaxListed, pass.changes.size());
    for (std::size_t i = 0; i < listed; ++i) text += line("", "  " + pass.changes[i]);
    if (listed < pass.changes.size()) {
      text += line("", "  and " + std::to_string(pass.changes.size() - listed) + " more (-v)");
    }
    if (!verbose) continue;
    for (const PassSkip& skip : pass.skipped) {
      text += line("", "  skipped " + skip.operation + " at " + skip.place + ": " + skip.reason);
    }
  }
  if (!unchanged.empty()) text += line("no change", joined(unchanged, ", "));
  return text;
}

std::string output_text(const OutputComparison& output) {
  // What is no tensor has no dtype and no shape to tell.
  const std::string type =
      output.dtype.empty() ? "" : " " + output.dtype + " " + shape_text(output.shape);
  std::string text = output.output + type + ": " + output.status;
  if (output.reason == "structure" || output.reason == "dtype" || output.reason == "shape" ||
      output.reason == "raised") {
    return text + ", " + output.reason + ": " + output.detail;
  }
  text += ", max difference " + number_text(output.max_abs) + " (" +
          number_text(output.max_abs_to_peak) + " of the largest value, " +
          number_text(output.max_rel) + " of its own)";
  if (!output.index.empty()) text += " at " + shape_text(output.index);
  if (output.reference_value && output.candidate_value) {
    text += ": " + number_text(*output.reference_value) + " against " +
            number_text(*output.candidate_value);
  }
  text += "; rtol " + number_text(output.rtol);
  if (output.atol > 0) text += ", atol " + number_text(output.atol);
  if (output.would_pass_rtol) {
    text += ", would pass at rtol " + number_text(*output.would_pass_rtol);
  } else if (output.status == "differ") {
    text += ", would pass at no rtol";
  }
  if (!output.detail.empty()) text += "; " + output.detail;
  return text;
}

// A line of a comparison, and the calls that it holds for.
struct OutputLine {
  std::string set = {};
  std::vector<std::string> calls = {};
  std::string text = {};
};

// Mostly every call of a set differs by the same numbers: said once.
std::vector<OutputLine> output_lines(const VerifyResult& result, bool verbose) {
  std::vector<OutputLine> lines;
  for (const CallComparison& call : result.calls) {
    for (const OutputComparison& output : call.outputs) {
      if (output.status == "same" && !verbose) continue;
      OutputLine line{.set = call.set, .text = output_text(output)};
      const auto equal = [&](const OutputLine& other) {
        return other.set == line.set && other.text == line.text;
      };
      auto known = std::find_if(lines.begin(), lines.end(), equal);
      if (known == lines.end()) known = lines.insert(lines.end(), line);
      known->calls.push_back(std::to_string(call.call));
    }
  }
  return lines;
}

std::string memory_text(const std::vector<StepRecord>& steps) {
  std::vector<std::string> parts;
  for (const StepRecord& step : steps) {
    if (step.peak_memory_bytes > 0)
      parts.push_back(step.name + " " + bytes_text(step.peak_memory_bytes));
  }
  return parts.empty() ? std::string()
                       : line("memory", "peak of each step: " + joined(parts, ", "));
}

std::string artifact_text(const ArtifactInfo& artifact) {
  if (artifact.status == "not_written") return line("file", "none: " + artifact.reason);
  std::string text = artifact.path + ", " + bytes_text(artifact.size_bytes);
  if (artifact.status == "kept_failed") text += " (kept although " + artifact.reason + ")";
  return line("file", text);
}

std::string run_text(const RunResult& run) {
  TextTable table({"set", "output", "dtype", "shape", ">min", ">max", ">mean", ">not finite"});
  const auto number = [](const std::optional<double>& value) {
    return value ? number_text(*value) : std::string("-");
  };
  for (const OutputSummary& output : run.outputs) {
    if (output.dtype.empty()) {
      table.add_row({or_dash(output.set), output.output, "", output.value});
    } else {
      table.add_row({or_dash(output.set), output.output, output.dtype, shape_text(output.shape),
                     number(output.minimum), number(output.maximum), number(output.mean),
                     std::to_string(output.nonfinite)});
    }
  }
  return table.render();
}

std::string findings_text(const std::vector<Finding>& findings) {
  TextTable table({"what", "status", "detail"});
  for (const Finding& finding : findings) {
    table.add_row({finding.name, finding.status, finding.detail});
    if (!finding.hint.empty()) table.add_row({"", "", "to get it: " + finding.hint});
  }
  return table.render();
}

}  // namespace

namespace {

// What the host did meanwhile, as far as it tells, and what its noise is made of.
std::string noise_text(const BenchResult& bench) {
  std::vector<std::string> parts;
  const auto add = [&parts](const std::optional<double>& share, const std::string& what) {
    if (share) parts.push_back(what + " " + percent_text(*share));
  };
  if (bench.noise) {
    add(bench.noise->cpu_pressure, "a task waited for a CPU");
    add(bench.noise->steal, "stolen by the hypervisor");
    if (bench.noise->throttled_s.value_or(0.0) > 0.0)
      parts.push_back("throttled for " + seconds_text(*bench.noise->throttled_s));
  }
  std::string text = parts.empty() ? "" : line("noise", joined(parts, ", "));
  if (bench.noise) text += gpu_noise_text(*bench.noise);
  for (const PairResult& pair : bench.pairs) {
    if (pair.verdict != "inconclusive" || pair.dominated_by.empty()) continue;
    text += line("", "'" + pair.arm + "': the interval's width comes from " +
                         (pair.dominated_by == "launches"
                              ? "launches that differ; more of them narrow it (--launches)"
                              : "noise within launches; a longer --budget narrows it"));
  }
  if (bench.noise && bench.noise->smallest_effect) {
    text += line("selftest", "two equal arms cannot be told apart here by less than " +
                                 percent_text(*bench.noise->smallest_effect));
  }
  return text;
}

std::string rounds_text(const BenchResult& bench) {
  if (bench.pairs.empty())
    return std::to_string(bench.arms.empty() ? 0 : bench.arms.front().samples) + " timed calls,";
  return std::to_string(bench.pairs.front().pairs) + " rounds in random order, one arm at a time,";
}

// What --max-regress made of each arm, when there was a gate.
std::string gates_text(const BenchResult& bench) {
  std::string text;
  for (const PairResult& pair : bench.pairs) {
    if (pair.gate.empty()) continue;
    std::string said = "'" + pair.arm + "' ";
    said += pair.gate == "fail" ? "is slower than --max-regress allows"
                                : "is not shown to be slower than --max-regress allows";
    if (pair.gate != "fail" && pair.verdict == "inconclusive")
      said += ", but nothing was decided (--require-conclusive fails on that)";
    text += line(text.empty() ? "gate" : "", said);
  }
  return text;
}

}  // namespace

std::string bench_text(const BenchResult& bench) {
  const std::string base = bench.arms.empty() ? "" : bench.arms.front().label;
  TextTable table({"arm", ">median", ">p99", ">spread", ">throughput", ">speedup vs " + base,
                   ">max diff", "outputs", "speed"});
  for (const ArmResult& arm : bench.arms) {
    const PairResult* pair = pair_of(bench, arm.label);
    table.add_row({arm.label, seconds_text(arm.median_s), seconds_text(arm.p99_s),
                   arm.spread ? percent_text(*arm.spread) : "-",
                   arm.throughput_per_s
                       ? rate_text(*arm.throughput_per_s) + " " + arm.throughput_unit + "/s"
                       : "-",
                   speedup_text(pair), arm.max_abs ? number_text(*arm.max_abs) : "-",
                   or_dash(arm.outputs), or_dash(arm.speed)});
  }
  std::string text = table.render() + "\n";
  TextTable warm({"warm-up", ">load", ">1st call", ">2nd", ">3rd", ">steady from call",
                  ">page faults/call", ">memory"});
  for (const ArmResult& arm : bench.arms) {
    warm.add_row({arm.label, seconds_text(arm.load_s), seconds_text(arm.first_call_s),
                  seconds_text(arm.second_call_s), seconds_text(arm.third_call_s),
                  arm.steady_at_call ? std::to_string(*arm.steady_at_call) : "-",
                  arm.page_faults_per_call ? rate_text(*arm.page_faults_per_call) : "-",
                  bytes_text(arm.peak_memory_bytes)});
  }
  text += warm.render() + "\n" + sequence_text(bench) + load_text(bench);
  std::string measured = std::to_string(bench.arms.empty() ? 0 : bench.arms.front().launches) +
                         " launches of each arm, ";
  measured += rounds_text(bench) + " on " + bench.device + " with " +
              std::to_string(bench.threads) + (bench.threads == 1 ? " thread" : " threads");
  if (!bench.input_set.empty()) measured += ", at " + bench.input_set;
  measured += "; ended by " + bench.stopped_by + " after " + seconds_text(bench.measured_s);
  text += line("measured", measured) + gates_text(bench) + openings_text(bench) +
          device_text(bench) + noise_text(bench);
  for (const ProfileResult& profile : bench.profiles) text += "\n" + profile_text(profile);
  return text;
}

std::string verify_text(const VerifyResult& result, bool verbose) {
  std::string summary = result.candidate + " against " + result.reference + ": " + result.status +
                        ", max difference " + number_text(result.max_abs);
  if (result.would_pass_rtol)
    summary += ", would pass at rtol " + number_text(*result.would_pass_rtol);
  std::vector<std::string> calls;
  for (const int call : result.calls_checked) calls.push_back(std::to_string(call));
  if (!calls.empty()) summary += " (calls " + joined(calls, ", ") + ")";
  std::string text = line("verify", summary);
  for (const OutputLine& output : output_lines(result, verbose)) {
    const std::string where = (output.set.empty() ? "" : output.set + ", ") +
                              (output.calls.size() > 1 ? "calls " : "call ");
    text += line("", where + joined(output.calls, ", ") + ": " + output.text);
  }
  if (result.first_submodule) {
    const SubmoduleDifference& first = *result.first_submodule;
    text +=
        line("", first.path.empty() ? "no submodule is to blame alone: " + first.reason
                                    : "first differs in " + first.path + " (" + first.class_name +
                                          "), given what eager gives it: " + first.reason);
  }
  return text;
}

std::string text_from_report(const Report& report, const TextOptions& options) {
  std::string text;
  if (!report.inspect_json.empty()) {
    text += text_from_summary(summary_from_json_text(report.inspect_json), options.sections);
  }
  if (!report.diff_json.empty()) text += text_from_diff(diff_from_json_text(report.diff_json));
  for (const GraphResult& graph : report.graphs) text += graph.text;
  if (report.bench) text += bench_text(*report.bench) + host_text(report.environment);
  if (report.capture) text += capture_text(*report.capture, options.verbose);
  text += passes_text(report.passes, options.verbose);
  for (const VerifyResult& result : report.verify) text += verify_text(result, options.verbose);
  if (report.run) text += run_text(*report.run);
  if (!report.checks.empty()) text += findings_text(report.checks);
  if (report.doctor) {
    text += "\n" + findings_text(report.doctor->levers);
    if (!report.doctor->devices.empty()) text += "\n" + findings_text(report.doctor->devices);
  }
  if (report.artifact) text += artifact_text(*report.artifact);
  if (report.bench || report.artifact || options.verbose) text += memory_text(report.steps);
  return text;
}

}  // namespace tsctl
