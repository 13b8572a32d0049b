#include "steps/rewrite_step.h"

#include <algorithm>

namespace tsctl {

namespace {

// convert freezes twice, once for each file it times; what the second does again is no news.
void add_pass(Report& report, const PassRecord& pass) {
  const bool known =
      std::any_of(report.passes.begin(), report.passes.end(), [&](const PassRecord& earlier) {
        return earlier.pass == pass.pass && earlier.method == pass.method;
      });
  if (!known) report.passes.push_back(pass);
}

}  // namespace

RewriteResult rewrite_step(Run& run, RewriteGoal goal, const std::string& from,
                           const std::string& to, const PassFlags& passes) {
  const std::string name = name_of(goal);
  run.enter(name);
  RewriteResult result = run.jobs().rewrite(name, {.goal = goal,
                                                   .model_path = from,
                                                   .output_path = to,
                                                   .preserve = passes.preserve,
                                                   .disabled_passes = passes.disabled,
                                                   .device = run.options().device,
                                                   .threads = run.threads()});
  run.warn_all(result.warnings);
  for (const PassRecord& pass : result.passes) add_pass(run.report(), pass);
  for (const std::string& method : result.methods) {
    if (method == "forward") continue;
    run.warn({WarningCode::method_not_verified,
              "the method '" + method +
                  "' is kept and rewritten like forward, but only forward is "
                  "run and compared; tsctl run --method " +
                  method + " runs it"});
  }
  return result;
}

}  // namespace tsctl
