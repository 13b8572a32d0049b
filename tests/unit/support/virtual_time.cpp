#include "support/virtual_time.h"

#include <algorithm>
#include <thread>
#include <vector>

namespace tsctl {

double VirtualTime::now_s() const {
  const std::lock_guard lock(mutex_);
  return now_s_;
}

void VirtualTime::pass(double seconds) {
  std::unique_lock lock(mutex_);
  const double until_s = now_s_ + seconds;
  if (members_ == 0) {
    now_s_ = until_s;
    return;
  }
  const auto mine = wakes_s_.insert(until_s);
  jump_if_all_wait();
  changed_.wait(lock, [&] { return now_s_ >= until_s; });
  wakes_s_.erase(mine);
}

void VirtualTime::in_threads(int threads, const std::function<void(int)>& work) {
  members_ = threads;
  std::vector<std::thread> started;
  for (int thread = 0; thread < threads; ++thread) {
    started.emplace_back([this, thread, &work] {
      work(thread);
      const std::lock_guard lock(mutex_);
      --members_;
      jump_if_all_wait();
    });
  }
  for (std::thread& thread : started) thread.join();
}

void VirtualTime::jump_if_all_wait() {
  if (members_ == 0 || static_cast<int>(wakes_s_.size()) < members_) return;
  now_s_ = std::max(now_s_, *wakes_s_.begin());
  changed_.notify_all();
}

}  // namespace tsctl
