#pragma once

namespace tsctl {

// The worker role: does the one job that arrives on kWorkerSocket and ends the process without finalizing
// LibTorch or Python. Returns only if it cannot read the job. `parent` is the pid of the front.
int serve(long parent);

}  // namespace tsctl
