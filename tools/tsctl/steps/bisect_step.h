#pragma once

#include "session/command_session.h"
#include "tsctl/core/bisect.h"
#include "tsctl/core/rewrite.h"
#include "tsctl/core/verify.h"

namespace tsctl {

// How the file is optimized, into a scratch file, and how that is compared with the input file.
struct BisectPlan {
  RewriteRequest rewrite = {};
  VerifyRequest comparison = {};
  bool timed = true;  // a slower file counts as a fault
};

// Optimizes the file with all rewrites. If its outputs differ, or else if it is slower, finds the first rewrite with
// which that is so, by halving, and adds the result to the report.
void bisect_step(CommandSession& session, const BisectPlan& plan);

}  // namespace tsctl
