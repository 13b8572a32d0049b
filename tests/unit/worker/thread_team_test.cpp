#include "tsctl/worker/thread_team.h"

#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

namespace tsctl {
namespace {

TEST(ThreadTeam, runs_all_at_once_each_with_a_number_of_its_own) {
  ThreadTeam team;
  std::barrier<> all(3);
  std::atomic<int> sum = 0;
  team.run(3, [&](int thread) {
    all.arrive_and_wait();  // would wait for ever if they ran one after another
    sum += 1 << thread;
  });
  EXPECT_EQ(sum, 0b111);
}

TEST(ThreadTeam, keeps_its_threads_and_takes_as_many_as_it_is_asked_for) {
  ThreadTeam team;
  const auto members = [&team](int threads) {
    std::vector<std::thread::id> ids(static_cast<std::size_t>(threads));
    team.run(threads, [&](int thread) {
      ids[static_cast<std::size_t>(thread)] = std::this_thread::get_id();
    });
    return ids;
  };
  const std::vector<std::thread::id> three = members(3);
  EXPECT_EQ(std::set(three.begin(), three.end()).size(), 3U);
  EXPECT_EQ(members(3), three);
  EXPECT_EQ(members(2), (std::vector{three[0], three[1]}));
  EXPECT_EQ(members(4)[2], three[2]);
}

TEST(ThreadTeam, lets_the_caller_do_it_alone) {
  ThreadTeam team;
  team.run(1, [caller = std::this_thread::get_id()](int thread) {
    EXPECT_EQ(thread, 0);
    EXPECT_EQ(std::this_thread::get_id(), caller);
  });
}

TEST(ThreadTeam, throws_what_a_thread_threw_after_all_have_ended) {
  ThreadTeam team;
  std::atomic<int> ended = 0;
  const auto fail = [&](int thread) {
    ++ended;
    if (thread > 0) throw std::runtime_error("of " + std::to_string(thread));
  };
  try {
    team.run(3, fail);
    ADD_FAILURE() << "nothing was thrown";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "of 1");
  }
  EXPECT_EQ(ended, 3);
  team.run(3, [&](int) { ++ended; });
  EXPECT_EQ(ended, 6);
}

}  // namespace
}  // namespace tsctl
