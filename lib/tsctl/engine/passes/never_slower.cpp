#include "tsctl/engine/passes/never_slower.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "tsctl/core/pass_list.h"

namespace tsctl::passes {

namespace {

using Names = std::vector<std::string>;

bool is_optimization(const std::string& pass) {
  return std::ranges::any_of(kPasses, [&](const PassInfo& info) {
    return info.name == pass && info.goal == RewriteGoal::optimize;
  });
}

// The optimizations that changed something, the last one first.
Names optimizations_of(const RewriteResult& result) {
  Names names;
  for (const PassRecord& record : result.passes) {
    const bool counts = record.status == PassStatus::changed && is_optimization(record.pass);
    if (counts && std::ranges::find(names, record.pass) == names.end())
      names.push_back(record.pass);
  }
  std::ranges::reverse(names);
  return names;
}

// What to leave out, in the order in which it is tried.
std::vector<Names> choices_to_leave_out(const Names& optimizations) {
  std::vector<Names> choices;
  Names packing;
  for (const std::string& pass : optimizations) {
    choices.push_back({pass});
    if (pass.starts_with("pack_")) packing.push_back(pass);
  }
  if (packing.size() > 1 && packing.size() < optimizations.size()) choices.push_back(packing);
  if (optimizations.size() > 1) choices.push_back(optimizations);
  return choices;
}

RewriteRequest without(const RewriteRequest& request, const Names& passes) {
  RewriteRequest less = request;
  less.disabled_passes.insert(less.disabled_passes.end(), passes.begin(), passes.end());
  return less;
}

}  // namespace

Rewritten without_slower_passes(const RewriteRequest& request, Rewritten first,
                                const RunPasses& run_passes, const SpeedOf& speed_of) {
  const auto check = speed_of(first);
  if (!check || !check->is_slower) return first;
  for (const Names& left_out : choices_to_leave_out(optimizations_of(first.result))) {
    Rewritten next = run_passes(without(request, left_out));
    if (speed_of(next)->is_slower) continue;
    next.result.warnings.push_back(
        {WarningCode::pass_left_out,
         fmt::format("left out {}: with it, the file was {:.2f} times as fast as '{}' on this "
                     "host; --no-bench keeps it",
                     fmt::join(left_out, " and "), check->speedup, request.model_path)});
    return next;
  }
  first.result.warnings.push_back(
      {WarningCode::slower_than_input,
       fmt::format("the file is {:.2f} times as fast as '{}' on this host, and leaving out "
                   "optimizations does not help; keep using '{}'",
                   check->speedup, request.model_path, request.model_path)});
  return first;
}

}  // namespace tsctl::passes
