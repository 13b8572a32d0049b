#include "steps/left_out_step.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "steps/verify_step.h"
#include "tsctl/core/pass_list.h"

namespace tsctl {

namespace {

// The passes that may change floating-point results and changed the model, in their order.
std::vector<std::string> inexact_changes(const Report& report) {
  std::vector<std::string> names;
  for (const PassInfo& info : kPasses) {
    if (info.exactness == Exactness::exact) continue;
    const bool changed = std::ranges::any_of(report.passes, [&info](const PassRecord& pass) {
      return pass.pass == info.name && pass.status == PassStatus::changed;
    });
    if (changed) names.emplace_back(info.name);
  }
  return names;
}

// Whether the last comparison differs, not by an exception, and all earlier ones are the same.
bool differs_only_at_last(const std::vector<VerifyResult>& results) {
  const auto first = std::ranges::find_if(
      results, [](const VerifyResult& result) { return result.status == Match::differ; });
  return first != results.end() && &*first == &results.back() && raised_by(*first).empty();
}

// "out[0].boxes float32 [12, 4] by 0.25".
std::string difference_text(const VerifyResult& result) {
  for (const CallComparison& call : result.calls) {
    for (const OutputComparison& output : call.outputs) {
      if (output.status == Match::same) continue;
      if (!output.detail.empty()) return fmt::format("{}: {}", output.output, output.detail);
      return fmt::format("{} by {:.3g}", output.output, output.max_abs);
    }
  }
  return "in number";
}

void warn_of(CommandSession& session, const LeftOut& left_out) {
  const std::vector<std::string>& names = left_out.passes;
  const bool one = names.size() == 1;
  session.warn(
      {WarningCode::inexact_pass_left_out,
       fmt::format(
           "left out {}, which {} the order of operations: with {} the outputs differ ({}), "
           "without {} they are the same. A model that sorts or selects by its values may "
           "select other items after a rounding difference",
           fmt::join(names, ", "), one ? "changes" : "change", one ? "it" : "them",
           difference_text(left_out.verify), one ? "it" : "them")});
}

}  // namespace

void leave_out_inexact_passes(CommandSession& session, PassFlags& passes,
                              const std::function<void()>& again) {
  Report& report = session.report();
  std::vector<std::string> names = inexact_changes(report);
  if (names.empty() || !passes.only.empty() || !differs_only_at_last(report.verify)) return;
  for (const PassInfo& info : kPasses) {
    if (info.exactness != Exactness::exact) passes.disabled.emplace_back(info.name);
  }
  report.left_out = LeftOut{std::move(names), std::move(report.verify.back())};
  report.verify.pop_back();
  again();
  if (report.verify.back().status == Match::same) warn_of(session, *report.left_out);
}

}  // namespace tsctl
