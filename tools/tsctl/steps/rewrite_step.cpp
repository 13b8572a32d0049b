#include "steps/rewrite_step.h"

#include <fmt/format.h>

#include <algorithm>

#include "options/pass_listing.h"
#include "steps/wait_policy.h"
#include "tsctl/core/base/clock.h"
#include "tsctl/host/host.h"

namespace tsctl {

namespace {

// convert freezes twice, once for each file that it times, and may optimize twice; the report lists each pass once, as it
// ran last.
void add_pass(Report& report, const PassRecord& pass) {
  const auto known = std::ranges::find_if(report.passes, [&](const PassRecord& earlier) {
    return earlier.pass == pass.pass && earlier.method == pass.method;
  });
  if (known == report.passes.end()) {
    report.passes.push_back(pass);
  } else {
    *known = pass;
  }
}

}  // namespace

RewriteRequest rewrite_request(const CommandSession& session, RewriteGoal goal,
                               const std::string& from, const std::string& to,
                               const PassFlags& passes, const std::string& inputs_tensors) {
  const bool optimizes = goal == RewriteGoal::optimize;
  return {.goal = goal,
          .model_path = from,
          .output_path = to,
          .preserve = passes.preserve,
          .disabled_passes = left_out_passes(passes),
          .print_ir_before = passes.print_ir_before,
          .print_ir_after = passes.print_ir_after,
          .inputs_tensors = inputs_tensors,
          .kernels = passes.kernels,
          .check_speed = passes.check_speed && passes.only.empty(),
          .keep_heap = optimizes ? passes.keep_heap : std::nullopt,
          .device = session.options().device,
          .threads = session.threads()};
}

WaitPolicy rewrite_wait_policy(CommandSession& session, const RewriteRequest& request) {
  if (request.goal != RewriteGoal::optimize) return WaitPolicy::passive;
  if (request.threads == 1) return WaitPolicy::active;
  const int cores = usable_threads(session.report().environment);
  const WaitChoice choice =
      choose_wait_policy(WaitPolicy::automatic, request.threads, cores, now_s);
  if (choice.policy != WaitPolicy::automatic) return choice.policy;
  return choice.busy_host ? WaitPolicy::passive : WaitPolicy::active;
}

RewriteResult rewrite_step(CommandSession& session, RewriteGoal goal, const std::string& from,
                           const std::string& to, const PassFlags& passes,
                           const std::string& inputs_tensors) {
  const std::string name = goal == RewriteGoal::freeze ? "freeze" : "optimize";
  session.enter(name);
  const RewriteRequest request = rewrite_request(session, goal, from, to, passes, inputs_tensors);
  RewriteResult result =
      session.jobs().rewrite(name, request, rewrite_wait_policy(session, request));
  session.warn_all(result.warnings);
  if (goal == RewriteGoal::optimize) session.report().packed_layers = result.packed_layers;
  session.report().keeps_heap = result.keeps_heap;
  for (const PassRecord& pass : result.passes) add_pass(session.report(), pass);
  for (const std::string& method : result.methods) {
    if (method == "forward") continue;
    session.warn({WarningCode::method_not_verified,
                  fmt::format("the method '{}' is kept and rewritten like forward, but only "
                              "forward is run and compared; tsctl run --method {} runs it",
                              method, method)});
  }
  return result;
}

}  // namespace tsctl
