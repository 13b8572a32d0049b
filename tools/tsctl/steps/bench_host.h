#pragma once

#include <memory>

#include "session/command_session.h"
#include "tsctl/bench/launched_arm.h"
#include "tsctl/core/bench.h"
#include "tsctl/host/gpu_watch.h"
#include "tsctl/host/system_load.h"

namespace tsctl {

// Adds the build configuration of the arms' LibTorch to the report's environment. Warns if it cannot be read.
void describe_libtorch_build(CommandSession& session);

// Measures the system load until finish(): the counters of the host and, with a CUDA device, the state of its GPU. Adds
// the GPUs to the report's environment.
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
