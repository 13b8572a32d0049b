#include "steps/suggest_step.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "steps/rewrite_step.h"
#include "steps/tuning_warnings.h"
#include "tsctl/core/base/error.h"
#include "tsctl/core/suggestion.h"
#include "tsctl/files/scratch_file.h"
#include "tsctl/host/host.h"

namespace tsctl {

namespace {

// A setting, and the arm that measures it.
struct Trial {
  Suggestion suggestion = {};
  ArmRequest request = {};
};

// Other numbers of threads that are worth a look: one, half of the cores, all of them.
std::set<int> other_threads(const CommandSession& session, int cores) {
  std::set<int> counts{1, std::max(1, cores / 2), cores};
  counts.erase(session.threads());
  return counts;
}

std::vector<Trial> trials_of(CommandSession& session, const SuggestPlan& plan,
                             const std::string& graph_model) {
  std::vector<Trial> trials;
  const auto add = [&](Suggestion suggestion) -> ArmRequest& {
    Trial& trial = trials.emplace_back(Trial{std::move(suggestion), plan.common});
    trial.request.label = trial.suggestion.setting;
    trial.request.model_path = plan.model_path;
    return trial.request;
  };
  const bool on_cpu = session.options().device == "cpu";
  if (on_cpu) {
    ArmRequest& graph = add(onednn_graph_suggestion());
    graph.settings.tuning.onednn_graph = true;
    graph.model_path = graph_model;
    if (graph_model != plan.model_path) trials.back().suggestion.convert_with = "--no-pack";
  }
  if (plan.common.settings.executor != Executor::fixed)
    add(static_executor_suggestion()).settings.executor = Executor::fixed;
  if (!on_cpu) return trials;
  for (const int threads : other_threads(session, usable_threads(session.report().environment)))
    add(threads_suggestion(threads)).settings.threads = threads;
  if (plan.common.allocator == "system") add(allocator_suggestion()).allocator = "keep";
  return trials;
}

// Why the setting is not timed; empty if it is.
std::string reason_against(CommandSession& session, const SuggestPlan& plan, const Trial& trial) {
  try {
    const VerifyResult result = session.jobs().compare("compare with " + trial.suggestion.setting,
                                                       {.model_path = trial.request.model_path,
                                                        .reference_tensors = plan.tensors,
                                                        .device = trial.request.device,
                                                        .settings = trial.request.settings,
                                                        .tolerance = plan.tolerance,
                                                        .output_names = plan.output_names});
    if (result.status == Match::differ) return "with it the outputs differ";
    return tuning_reason_in(result.warnings);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::interrupted) throw;
    return error.what();
  }
}

void add_speed(const BenchResult& bench, Suggestion& suggestion) {
  const PairResult* const pair = pair_of(bench, suggestion.setting);
  if (pair == nullptr) return;
  suggestion.speedup = pair->speedup;
  suggestion.speedup_low = pair->speedup_low;
  suggestion.speedup_high = pair->speedup_high;
  suggestion.reason = pair->speedup_reason;
  suggestion.gains = pair->speedup_low.value_or(0.0) > 1.0;
}

// Times all trials that have no reason against them.
void time_trials(CommandSession& session, const SuggestPlan& plan, std::vector<Trial>& trials) {
  BenchPlan bench = plan.bench;
  bench.result = &Report::suggestions_bench;
  bench.options.require_speedup.reset();
  bench.options.require_conclusive = false;
  BenchArm base{.request = plan.common, .outputs = ArmOutputs::reference};
  base.request.label = "optimized";
  base.request.model_path = plan.model_path;
  bench.arms = {base};
  for (const Trial& trial : trials) {
    if (trial.suggestion.reason.empty())
      bench.arms.push_back({.request = trial.request, .outputs = ArmOutputs::same});
  }
  if (bench.arms.size() < 2) return;
  try {
    bench_step(session, bench);
    for (Trial& trial : trials) add_speed(*session.report().suggestions_bench, trial.suggestion);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::interrupted) throw;
    for (Trial& trial : trials) {
      if (trial.suggestion.reason.empty()) trial.suggestion.reason = error.what();
    }
  }
}

}  // namespace

void suggest_step(CommandSession& session, const SuggestPlan& plan) {
  session.enter("suggest");
  std::optional<ScratchFile> plain;
  // oneDNN Graph has nothing to fuse in packed layers.
  if (!session.report().packed_layers.empty() && session.options().device == "cpu") {
    plain.emplace(temporary_folder());
    RewriteRequest request = plan.plain;
    request.output_path = plain->path();
    session.jobs().rewrite("optimize without packed layers", request,
                           rewrite_wait_policy(session, request));
  }
  std::vector<Trial> trials = trials_of(session, plan, plain ? plain->path() : plan.model_path);
  for (Trial& trial : trials) trial.suggestion.reason = reason_against(session, plan, trial);
  time_trials(session, plan, trials);
  for (Trial& trial : trials) session.report().suggestions.push_back(std::move(trial.suggestion));
}

}  // namespace tsctl
