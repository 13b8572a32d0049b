#include "tsctl/process/interrupt.h"

#include <gtest/gtest.h>

#include <csignal>

#include "process/fake_worker.h"
#include "support/open_descriptors.h"
#include "tsctl/process/process.h"

namespace tsctl {
namespace {

int signal_thrown_by(Interrupt& interrupt) {
  try {
    interrupt.check();
  } catch (const Interrupted& interrupted) {
    return interrupted.signal;
  }
  return 0;
}

bool is_blocked(int signal) {
  sigset_t blocked;
  sigprocmask(SIG_BLOCK, nullptr, &blocked);
  return sigismember(&blocked, signal) == 1;
}

TEST(Interrupt, throws_the_signal_that_arrived_once) {
  Interrupt interrupt;
  EXPECT_EQ(signal_thrown_by(interrupt), 0);
  raise(SIGINT);
  EXPECT_EQ(signal_thrown_by(interrupt), SIGINT);
  EXPECT_EQ(signal_thrown_by(interrupt), 0);
  raise(SIGTERM);
  EXPECT_EQ(signal_thrown_by(interrupt), SIGTERM);
}

TEST(Interrupt, holds_its_signals_back_only_while_it_lives) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    EXPECT_FALSE(is_blocked(signal));
    {
      const Interrupt interrupt;
      EXPECT_TRUE(is_blocked(signal));
      EXPECT_FALSE(is_blocked(SIGUSR1));
    }
    EXPECT_FALSE(is_blocked(signal));
  }
}

// As nohup and a shell's background jobs have it.
TEST(Interrupt, leaves_signals_alone_that_are_ignored) {
  std::signal(SIGHUP, SIG_IGN);
  {
    Interrupt interrupt;
    raise(SIGHUP);
    EXPECT_EQ(signal_thrown_by(interrupt), 0);
    raise(SIGINT);
    EXPECT_EQ(signal_thrown_by(interrupt), SIGINT);
  }
  std::signal(SIGHUP, SIG_DFL);
}

TEST(Interrupt, leaves_no_descriptor_open) {
  const std::size_t before = open_descriptors();
  { const Interrupt interrupt; }
  EXPECT_EQ(open_descriptors(), before);
}

TEST(Interrupt, ends_the_wait_for_a_worker) {
  for (const auto& [behaviour, signal] :
       {std::pair{"interrupt", SIGINT}, std::pair{"terminate", SIGTERM}}) {
    Interrupt interrupt;
    WorkerProcess worker(this_program(), {});
    worker.send(Job{.request = RunRequest{.method = behaviour}});
    int arrived = 0;
    try {
      while (worker.receive({}, interrupt)) {
      }
    } catch (const Interrupted& interrupted) {
      arrived = interrupted.signal;
    }
    EXPECT_EQ(arrived, signal);
  }
}

}  // namespace
}  // namespace tsctl
