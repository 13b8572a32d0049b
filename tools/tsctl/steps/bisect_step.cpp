#include "steps/bisect_step.h"

#include <fmt/format.h>

#include "steps/rewrite_step.h"

namespace tsctl {

namespace {

class Bisection {
 public:
  Bisection(CommandSession& session, const BisectPlan& plan)
      : session_(session), plan_(plan), wait_policy_(rewrite_wait_policy(session, plan.rewrite)) {}

  BisectResult run() {
    const RewriteResult all = rewritten({}, plan_.timed);
    result_.rewrites = all.rewrites;
    result_.timed = plan_.timed;
    if (outputs_differ()) {
      result_.fault = BisectFault::outputs;
    } else if (all.is_slower) {
      result_.fault = BisectFault::speed;
    } else {
      return result_;
    }
    result_.rewrite = all.last_rewrite;
    result_.guilty =
        first_bad(all.rewrites, [&](std::int64_t limit) { return is_at_fault(limit); });
    if (result_.guilty == 0) result_.rewrite = {};
    return result_;
  }

 private:
  // The last of these calls that says yes is the one for the guilty rewrite, or there is none.
  bool is_at_fault(std::int64_t limit) {
    const bool by_speed = result_.fault == BisectFault::speed;
    const RewriteResult some = rewritten(limit, by_speed);
    const bool is_bad = by_speed ? some.is_slower : outputs_differ();
    if (is_bad) result_.rewrite = some.last_rewrite;
    return is_bad;
  }

  RewriteResult rewritten(std::optional<std::int64_t> limit, bool timed) {
    RewriteRequest request = plan_.rewrite;
    request.check_speed = false;
    request.print_ir_before.clear();
    request.print_ir_after.clear();
    request.time_result = timed;
    request.rewrite_limit = limit;
    ++result_.runs;
    return session_.jobs().rewrite(
        limit ? fmt::format("bisect: {} of {} rewrites", *limit, result_.rewrites)
              : std::string("bisect: all rewrites"),
        request, wait_policy_);
  }

  bool outputs_differ() {
    return session_.jobs().compare("bisect: compare", plan_.comparison).status == Match::differ;
  }

  CommandSession& session_;
  const BisectPlan& plan_;
  WaitPolicy wait_policy_;  // the same in all runs, so that their speeds can be compared
  BisectResult result_ = {};
};

}  // namespace

void bisect_step(CommandSession& session, const BisectPlan& plan) {
  session.enter("bisect");
  session.report().bisect = Bisection(session, plan).run();
}

}  // namespace tsctl
