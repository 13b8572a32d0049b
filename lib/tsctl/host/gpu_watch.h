#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "tsctl/core/bench.h"
#include "tsctl/host/nvml.h"

namespace tsctl {

// Adds a sample to the range of the GPU's clocks and to the throttle reasons. The clock of an idle GPU is ignored:
// the GPU lowers it, so it says nothing about the clock during a call.
void add_moment(const GpuMoment& moment, SystemLoad& load);

// Samples a GPU four times per second in a thread, while arms load and while they are timed.
class GpuWatch {
 public:
  using Look = std::function<GpuMoment()>;

  explicit GpuWatch(Look look);
  ~GpuWatch();
  GpuWatch(const GpuWatch&) = delete;
  GpuWatch& operator=(const GpuWatch&) = delete;

  // Ends the thread, and sets the range of the clocks and all throttle reasons.
  void finish(SystemLoad& load);

 private:
  void watch();
  void end();

  Look look_;
  std::mutex mutex_ = {};
  std::condition_variable ended_ = {};
  bool ending_ = false;
  SystemLoad seen_ = {};
  std::thread thread_ = {};  // last, because it uses the members above
};

}  // namespace tsctl
