#pragma once

#include <functional>
#include <memory>

namespace tsctl {

// Threads that stay alive between runs, so that what LibTorch, OpenMP and the heap set up for a thread is kept.
class ThreadTeam {
 public:
  ThreadTeam();
  ~ThreadTeam();
  ThreadTeam(const ThreadTeam&) = delete;
  ThreadTeam& operator=(const ThreadTeam&) = delete;

  // Runs `work` in that many threads at once, each with its number, and waits for all. A single one runs in the
  // caller's thread. Rethrows the exception of the lowest-numbered thread.
  void run(int threads, const std::function<void(int thread)>& work);

 private:
  struct Shared;
  std::unique_ptr<Shared> shared_;
};

}  // namespace tsctl
