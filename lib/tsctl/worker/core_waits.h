#pragma once

#include <vector>

#include "tsctl/core/arm.h"
#include "tsctl/core/base/file_descriptor.h"

namespace tsctl {

// What the threads of this process did until one moment, in seconds. Only differences have a meaning.
struct CoreUse {
  double now_s = 0.0;     // of the monotonic clock
  double waited_s = 0.0;  // of all threads together: ready to run, while other work had the core
  double ran_s = 0.0;     // of all threads together
};

// Reads how long the present threads of this process waited for a core, from /proc/self/task/*/schedstat (the second
// number, in nanoseconds; Linux, Documentation/scheduler/sched-stats).
class CoreWaits {
 public:
  CoreWaits();

  // False where the system does not report it.
  bool known() const noexcept { return !threads_.empty(); }

  // The three numbers belong together: reads again if this thread lost its core in between. A read takes about one
  // microsecond for each thread.
  CoreUse read() const;

 private:
  std::vector<FileDescriptor> threads_ = {};
};

// The seconds of a call without what its threads waited for a core between two readings around it: wall time less the
// waits of all threads together. Waits of several threads may overlap, so this can be too little; no call takes less than
// its threads' running time divided by the number of cores that it can use at once.
double seconds_without_waits(double call_s, const CoreUse& before, const CoreUse& after, int cores);

// Arm::time_calls without the waits. `core_wait_s` of the result is what was left out; it is empty, and nothing is left
// out, where the waits are not known.
TimedCalls time_calls_without_waits(Arm& arm, int untimed, int calls, int cores);

}  // namespace tsctl
