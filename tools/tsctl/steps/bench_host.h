#pragma once

#include <memory>

#include "session/command_session.h"
#include "tsctl/bench/launched_arm.h"
#include "tsctl/core/bench.h"
#include "tsctl/host/gpu_watch.h"
#include "tsctl/host/system_load.h"

namespace tsctl {

// Adds to the report's environment what the LibTorch that arms run in was built with. That it cannot be asked is no
// reason not to measure.
void describe_libtorch_build(CommandSession& session);

// Looks at the host from here until finish: its counters, and with a CUDA device its GPUs, which go into the report's
// environment at once.
class HostWatch {
 public:
  HostWatch(CommandSession& session, const Clock& now_s);
  SystemLoad finish();

 private:
  const Clock& now_s_;
  std::unique_ptr<Nvml> nvml_ = {};
  std::unique_ptr<GpuWatch> gpu_ = {};
  LoadReading before_;
};

}  // namespace tsctl
