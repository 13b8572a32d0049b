#pragma once

#include <functional>
#include <memory>

namespace tsctl {

// Threads that stay: what LibTorch, OpenMP and the heap set up for a thread at its first call is there at the next.
class ThreadTeam {
 public:
  ThreadTeam();
  ~ThreadTeam();
  ThreadTeam(const ThreadTeam&) = delete;
  ThreadTeam& operator=(const ThreadTeam&) = delete;

  // Runs `work` in so many threads at once, each told its number, and waits for all. One alone is the caller's own.
  // An exception of theirs is thrown here, that of the lowest number.
  void run(int threads, const std::function<void(int thread)>& work);

 private:
  struct Shared;
  std::unique_ptr<Shared> shared_;
};

}  // namespace tsctl
