#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <set>

namespace tsctl {

// A clock that stands still while any of its threads works, and jumps to the next thing that happens when all wait.
class VirtualTime {
 public:
  explicit VirtualTime(double now_s = 0.0) : now_s_(now_s) {}

  double now_s() const;
  // The calling thread computes or sleeps for that long.
  void pass(double seconds);
  // Real threads, in this time.
  void in_threads(int threads, const std::function<void(int thread)>& work);

 private:
  void jump_if_all_wait();

  mutable std::mutex mutex_ = {};
  std::condition_variable changed_ = {};
  std::multiset<double> wakes_s_ = {};
  int members_ = 0;
  double now_s_;
};

}  // namespace tsctl
