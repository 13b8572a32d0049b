#include "tsctl/worker/thread_team.h"

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace tsctl {

struct ThreadTeam::Shared {
  void live(int number);
  void spawn(int threads);

  std::mutex mutex = {};
  std::condition_variable begun = {};
  std::condition_variable done = {};
  std::vector<std::thread> threads = {};
  std::vector<std::exception_ptr> failures = {};
  const std::function<void(int)>* work = nullptr;
  std::uint64_t task = 0;  // number of the current task
  int members = 0;         // threads that take part in the current task
  int busy = 0;
  bool closed = false;
};

void ThreadTeam::Shared::live(int number) {
  std::uint64_t seen = 0;
  std::unique_lock lock(mutex);
  while (true) {
    begun.wait(lock, [&] { return closed || (task != seen && number < members); });
    if (closed) return;
    seen = task;
    lock.unlock();
    std::exception_ptr failure;
    try {
      (*work)(number);
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    failures[static_cast<std::size_t>(number)] = failure;
    if (--busy == 0) done.notify_one();
  }
}

void ThreadTeam::Shared::spawn(int wanted) {
  while (static_cast<int>(threads.size()) < wanted) {
    const int number = static_cast<int>(threads.size());
    threads.emplace_back([this, number] { live(number); });
  }
}

ThreadTeam::ThreadTeam() : shared_(std::make_unique<Shared>()) {}

ThreadTeam::~ThreadTeam() {
  {
    const std::scoped_lock lock(shared_->mutex);
    shared_->closed = true;
  }
  shared_->begun.notify_all();
  for (std::thread& thread : shared_->threads) thread.join();
}

void ThreadTeam::run(int threads, const std::function<void(int)>& work) {
  if (threads == 1) return work(0);
  Shared& shared = *shared_;
  std::unique_lock lock(shared.mutex);
  shared.spawn(threads);
  shared.failures.assign(static_cast<std::size_t>(threads), nullptr);
  shared.work = &work;
  shared.members = threads;
  shared.busy = threads;
  ++shared.task;
  shared.begun.notify_all();
  shared.done.wait(lock, [&] { return shared.busy == 0; });
  for (const std::exception_ptr& failure : shared.failures) {
    if (failure) std::rethrow_exception(failure);
  }
}

}  // namespace tsctl
