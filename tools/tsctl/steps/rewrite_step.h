#pragma once

#include <string>

#include "options/option_groups.h"
#include "session/command_session.h"
#include "tsctl/core/rewrite.h"

namespace tsctl {

// The request of rewrite_step.
RewriteRequest rewrite_request(const CommandSession& session, RewriteGoal goal,
                               const std::string& from, const std::string& to,
                               const PassFlags& passes, const std::string& inputs_tensors);

// How the threads of the request's job wait: active or passive, by the rules of a bench. Only optimize times something,
// kernels and its result. The kernel that is fastest with passive threads may not be the fastest with active ones, which
// users have. Looks at the host for a moment.
WaitPolicy rewrite_wait_policy(CommandSession& session, const RewriteRequest& request);

// Freezes or optimizes the file `from` into `to` and adds the passes to the report.
// A pass may run the calls in `inputs_tensors` to observe the shapes of the graph; it is empty when inputs are unknown.
RewriteResult rewrite_step(CommandSession& session, RewriteGoal goal, const std::string& from,
                           const std::string& to, const PassFlags& passes,
                           const std::string& inputs_tensors);

}  // namespace tsctl
