#pragma once

#include <memory>

#include "run.h"
#include "tsctl/core/bench.h"
#include "tsctl/worker/bench_session.h"
#include "tsctl/worker/gpu_watch.h"
#include "tsctl/worker/noise.h"

namespace tsctl {

// Adds to the report's environment what the LibTorch that arms run in was built with. That it cannot be asked is no
// reason not to measure.
void describe_libtorch_build(Run& run);

// Looks at the host from here until finish: its counters, and with a CUDA device its GPUs, which go into the report's
// environment at once.
class HostWatch {
 public:
  HostWatch(Run& run, const Clock& now_s);
  NoiseInfo finish();

 private:
  const Clock& now_s_;
  std::unique_ptr<Nvml> nvml_ = {};
  std::unique_ptr<GpuWatch> gpu_ = {};
  NoiseReading before_;
};

}  // namespace tsctl
