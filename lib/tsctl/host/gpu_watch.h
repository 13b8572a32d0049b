#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "tsctl/core/bench.h"
#include "tsctl/host/nvml.h"

namespace tsctl {

// Adds a moment to what is known of the GPU's clocks. An idle GPU lowers its clock because nobody asks for more, which
// tells nothing of those that a model was timed with.
void add_moment(const GpuMoment& moment, SystemLoad& load);

// Looks at a GPU four times a second, in a thread of its own: the launches' loading and the calls alike.
class GpuWatch {
 public:
  using Look = std::function<GpuMoment()>;

  explicit GpuWatch(Look look);
  ~GpuWatch();
  GpuWatch(const GpuWatch&) = delete;
  GpuWatch& operator=(const GpuWatch&) = delete;

  // Ends it, and adds what was seen: the range of the clocks and every reason that held them down.
  void finish(SystemLoad& load);

 private:
  void watch();
  void end();

  Look look_;
  std::mutex mutex_ = {};
  std::condition_variable ended_ = {};
  bool ending_ = false;
  SystemLoad seen_ = {};
  std::thread thread_ = {};  // last: it uses what stands above
};

}  // namespace tsctl
