#pragma once

#include "session/command_session.h"
#include "tsctl/core/bench.h"
#include "tsctl/core/bench_options.h"

namespace tsctl {

// Where a verdict is inconclusive and other work kept the CPUs busy: one warning that says so, in place of those that
// this explains. `bench.noise` must be set.
void explain_inconclusive(BenchResult& bench);

// Records the first failed check, gate or requirement of a bench as the report's error. Returns its exit code.
ExitCode judge_bench(CommandSession& session, const BenchResult& bench,
                     const BenchOptions& options);

}  // namespace tsctl
