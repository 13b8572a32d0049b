#include "tsctl/report/text/bench_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "tsctl/core/base/units.h"
#include "tsctl/core/page_faults.h"
#include "tsctl/report/text/device_text.h"
#include "tsctl/report/text/host_text.h"
#include "tsctl/report/text/load_text.h"
#include "tsctl/report/text/profile_text.h"
#include "tsctl/report/text/style.h"
#include "tsctl/report/text/text_lines.h"
#include "tsctl/report/text/text_table.h"

namespace tsctl {

namespace {

// Of a bench of one arm, which has no verdict: the default of --margin.
constexpr double kUsualMargin = 0.01;
// A start of Python that takes a smaller share of the measurement is not worth a mention.
constexpr double kShownPythonShare = 0.1;

std::string speedup_text(const PairResult* pair) {
  if (pair == nullptr) return "1.00";
  if (pair->outputs == ArmOutputs::differ) return "withheld";
  return ratio_interval_text(pair->speedup, pair->speedup_low, pair->speedup_high);
}

std::string styled(ArmOutputs outputs) {
  const std::string text = name_of(outputs);
  if (outputs == ArmOutputs::same) return good(text);
  return outputs == ArmOutputs::differ ? bad(text) : text;
}

std::string styled(const std::optional<ArmSpeed>& speed) {
  if (!speed) return "-";
  const std::string text = name_of(*speed);
  if (speed == ArmSpeed::faster) return good(text);
  if (speed == ArmSpeed::slower) return bad(text);
  return speed == ArmSpeed::inconclusive ? caution(text) : text;
}

// "throughput (B)": which dimension the items are.
std::string throughput_title(const BenchResult& bench) {
  return bench.batch_dim.empty() ? ">throughput" : fmt::format(">throughput ({})", bench.batch_dim);
}

std::string speeds_table(const BenchResult& bench, std::size_t width) {
  const std::string base = bench.arms.empty() ? "" : bench.arms.front().label;
  TextTable table({"arm", ">median", ">p99", ">spread", throughput_title(bench),
                   ">speedup vs " + base, ">faults/call", ">max diff", "outputs", "speed"});
  for (const ArmResult& arm : bench.arms) {
    table.add_row({arm.label, seconds_text(arm.median_s), seconds_text(arm.p99_s),
                   percent_text(arm.spread), throughput_text(arm),
                   speedup_text(pair_of(bench, arm.label)), rate_text(arm.page_faults_per_call),
                   number_text(arm.max_abs), styled(arm.outputs), styled(arm.speed)});
  }
  return table.render(0, width);
}

std::string warm_up_table(const BenchResult& bench, std::size_t width) {
  TextTable table(
      {"warm-up", ">load", ">1st call", ">2nd", ">3rd", ">steady from call", ">memory"});
  for (const ArmResult& arm : bench.arms) {
    table.add_row({arm.label, seconds_text(arm.load_s), seconds_text(arm.first_call_s),
                   seconds_text(arm.second_call_s), seconds_text(arm.third_call_s),
                   arm.steady_at_call ? std::to_string(*arm.steady_at_call) : "-",
                   bytes_text(arm.peak_memory_bytes)});
  }
  return table.render(0, width);
}

std::string rounds_text(const BenchResult& bench) {
  std::int64_t rounds = 0;
  for (const PairResult& pair : bench.pairs) rounds = std::max(rounds, pair.pairs);
  if (rounds > 0) return fmt::format("{} rounds in random order, one arm at a time,", rounds);
  return fmt::format("{} timed calls,", bench.arms.empty() ? 0 : bench.arms.front().samples);
}

// " (7.2 s of it the start of Python, which the budget does not count)" after the time that the bench took.
std::string python_load_text(const BenchResult& bench) {
  if (bench.python_load_s <= kShownPythonShare * bench.measured_s) return "";
  return fmt::format(" ({} of it the start of Python, which the budget does not count)",
                     seconds_text(bench.python_load_s));
}

std::string measured_text(const BenchResult& bench) {
  return line("measured",
              fmt::format("{} launches of each arm, {} on {} with {}{}; ended by {} after {}{}",
                          bench.arms.empty() ? 0 : bench.arms.front().launches, rounds_text(bench),
                          bench.device, counted(bench.threads, "thread"),
                          bench.input_set.empty() ? "" : ", at " + bench.input_set,
                          bench.partial ? "an interrupt or a failure" : name_of(bench.stopped_by),
                          seconds_text(bench.measured_s), python_load_text(bench)));
}

std::string gate_word(Gate gate) {
  if (gate == Gate::undecided) return "UNDECIDED";
  return gate == Gate::pass ? "PASS" : "FAIL";
}

std::string as_it_is(const std::string& text) { return text; }

// "gate       PASS  new is 1.00 [0.997, 1.005] of baseline; limit 0.980".
std::string gates_text(const BenchResult& bench) {
  std::string text;
  for (const PairResult& pair : bench.pairs) {
    if (!pair.gate) continue;
    text += line("gate", coloured_verdict(gate_word(*pair.gate) + "  " +
                                          gate_text(pair, as_it_is, as_it_is)));
  }
  return text;
}

std::string waiting_text(const BenchResult& bench) {
  if (bench.wait_policy_reason.empty()) return {};
  return line("waiting",
              fmt::format("{}: {}", name_of(bench.wait_policy), bench.wait_policy_reason));
}

// What the times of a busy host leave out.
std::string core_waits_text(const BenchResult& bench) {
  std::vector<std::string> arms;
  for (const ArmResult& arm : bench.arms) {
    if (arm.core_wait_share)
      arms.push_back(fmt::format("{} of '{}'", percent_text(*arm.core_wait_share), arm.label));
  }
  if (arms.empty()) return {};
  return line("busy host",
              "times leave out the waits of threads for a core: " + joined(arms, ", "));
}

std::string host_noise_text(const SystemLoad& noise) {
  std::vector<std::string> parts;
  if (noise.cpu_pressure)
    parts.push_back("a task waited for a CPU " + percent_text(*noise.cpu_pressure));
  if (noise.steal) parts.push_back("stolen by the hypervisor " + percent_text(*noise.steal));
  if (noise.throttled_s.value_or(0.0) > 0.0)
    parts.push_back("throttled for " + seconds_text(*noise.throttled_s));
  return (parts.empty() ? "" : line("noise", joined(parts, ", "))) + gpu_noise_text(noise);
}

// Why a verdict is inconclusive, and what narrows its interval. A busy host has a warning of its own.
std::string wide_intervals_text(const BenchResult& bench) {
  const auto is_busy = [](const Warning& warning) {
    return warning.code == WarningCode::host_busy;
  };
  if (std::ranges::any_of(bench.warnings, is_busy)) return {};
  std::string text;
  for (const PairResult& pair : bench.pairs) {
    if (pair.verdict != SpeedVerdict::inconclusive || !pair.dominated_by) continue;
    if (!pair.speedup_reason.empty()) {
      text += line("", fmt::format("'{}': {}", pair.arm, pair.speedup_reason));
      continue;
    }
    text += line("", fmt::format("'{}': the interval's width comes from {}", pair.arm,
                                 pair.dominated_by == VariationSource::launches
                                     ? "launches that differ; more of them narrow it (--launches)"
                                     : "noise within launches; a longer --budget narrows it"));
  }
  return text;
}

// Whether --keep-heap in the file would avoid page faults that cost more than a difference in speed is worth.
bool wants_heap_kept(const ArmResult& arm, double margin) {
  const bool is_kept = !arm.path.empty();  // a stage of convert is not
  return is_kept && arm.kind == ArmKind::file && arm.allocator == "system" && !arm.keeps_heap &&
         arm.median_s && arm.page_faults_per_call &&
         page_fault_share(*arm.page_faults_per_call, arm) > margin;
}

// The files whose page faults --keep-heap would avoid.
std::string heap_text(const BenchResult& bench) {
  if (bench.device != "cpu") return {};
  const double margin = bench.pairs.empty() ? kUsualMargin : bench.pairs.front().margin;
  std::vector<std::string> arms;
  for (const ArmResult& arm : bench.arms) {
    if (!wants_heap_kept(arm, margin)) continue;
    arms.push_back(fmt::format("'{}' {} a call, at least {} of its time", arm.label,
                               rate_text(arm.page_faults_per_call),
                               percent_text(page_fault_share(*arm.page_faults_per_call, arm))));
  }
  if (arms.empty()) return {};
  return line("heap", fmt::format("page faults: {}; optimize and convert with --keep-heap write a "
                                  "file that avoids most of them",
                                  joined(arms, ", ")));
}

std::string selftest_text(const BenchResult& bench) {
  if (!bench.noise || !bench.noise->smallest_effect) return {};
  return line("selftest", "the smallest effect that this host can resolve is " +
                              percent_text(*bench.noise->smallest_effect));
}

}  // namespace

std::string throughput_text(const ArmResult& arm) {
  if (!arm.throughput_per_s) return "-";
  return fmt::format("{} {}/s", rate_text(*arm.throughput_per_s), name_of(arm.throughput_unit));
}

std::string gate_text(const PairResult& pair, Markup name, Markup reason) {
  const std::string speed =
      pair.speedup
          ? fmt::format("{} is {} of {}", name(pair.arm),
                        ratio_interval_text(pair.speedup, pair.speedup_low, pair.speedup_high),
                        name(pair.base))
          : fmt::format("{} against {}: {}", name(pair.arm), name(pair.base),
                        reason(pair.speedup_reason));
  return fmt::format("{}; limit {:.3f}", speed, pair.gate_limit.value_or(0.0));
}

std::string bench_text(const BenchResult& bench, const TextOptions& options) {
  std::string text = speeds_table(bench, options.width) + "\n";
  if (options.verbose) text += warm_up_table(bench, options.width) + "\n";
  text += sequence_text(bench, options.width) + load_text(bench) + measured_text(bench) +
          waiting_text(bench) + core_waits_text(bench) + gates_text(bench) + device_text(bench);
  if (options.verbose || !bench.profiles.empty()) text += openings_text(bench);
  if (options.verbose && bench.noise) text += host_noise_text(*bench.noise);
  text += wide_intervals_text(bench) + heap_text(bench) + selftest_text(bench);
  for (const ProfileResult& profile : bench.profiles)
    text += "\n" + profile_text(profile, options.width);
  return text;
}

}  // namespace tsctl
