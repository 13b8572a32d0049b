#include "tsctl/worker/serve.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>

#include "process/fake_worker.h"
#include "support/thrown_error.h"
#include "tsctl/core/base/error.h"
#include "tsctl/process/process.h"

namespace tsctl {
namespace {

class Serve : public testing::Test {
 protected:
  Serve() {
    setenv(kServeVariable, "1", 1);
    settings_.installation.executable = this_program();
  }
  ~Serve() override { unsetenv(kServeVariable); }

  Error error_of_describe() {
    Jobs jobs(settings_, interrupt_, events_);
    return thrown_error([&] { jobs.describe({}); });
  }

  WorkerSettings settings_;
  Interrupt interrupt_;
  RecordedEvents events_;
};

TEST_F(Serve, says_which_plug_in_cannot_be_loaded) {
  settings_.installation.engine = "/nonexistent/libtsctl_engine.so";
  const Error error = error_of_describe();
  EXPECT_EQ(error.kind(), ErrorKind::environment);
  EXPECT_TRUE(std::string(error.what())
                  .starts_with("'/nonexistent/libtsctl_engine.so' cannot be loaded: "));
  EXPECT_NE(error.hint().find("scripts/setup"), std::string::npos);
}

TEST_F(Serve, refuses_a_library_that_is_no_plug_in) {
  settings_.installation.engine = "libm.so.6";
  const Error error = error_of_describe();
  EXPECT_EQ(error.kind(), ErrorKind::environment);
  EXPECT_STREQ(error.what(), "'libm.so.6' belongs to another build of tsctl");
}

TEST_F(Serve, ends_when_the_front_is_gone_before_it_begins) {
  const pid_t orphan = fork();
  if (orphan == 0) _exit(serve(getpid()));  // nobody is their own parent
  int status = 0;
  ASSERT_EQ(waitpid(orphan, &status, 0), orphan);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 1);
}

// Waits until the worker reads from its connection, at most a second.
void wait_until_it_listens(pid_t worker) {
  const std::string listening = std::to_string(SYS_recvfrom) + " 0x3 ";
  for (int tries = 0; tries < 1000; ++tries) {
    std::ifstream file("/proc/" + std::to_string(worker) + "/syscall");
    std::string text;
    std::getline(file, text);
    if (text.starts_with(listening)) return;
    usleep(1000);
  }
}

// A process between this one and the worker dies without a word; another keeps the worker's connection open.
TEST_F(Serve, dies_with_the_front) {
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  int pipes[2] = {-1, -1};
  ASSERT_EQ(pipe(pipes), 0);
  const pid_t front = fork();
  if (front == 0) {
    const WorkerProcess worker(this_program(), {});
    const pid_t holder = fork();
    if (holder == 0) {
      while (true) pause();
    }
    const pid_t told[2] = {worker.pid(), holder};
    wait_until_it_listens(worker.pid());
    _exit(write(pipes[1], told, sizeof told) == sizeof told ? 0 : 1);
  }
  pid_t told[2] = {0, 0};
  ASSERT_EQ(read(pipes[0], told, sizeof told), static_cast<ssize_t>(sizeof told));
  int status = 0;
  EXPECT_EQ(waitpid(front, &status, 0), front);
  EXPECT_EQ(waitpid(told[0], &status, 0), told[0]);
  EXPECT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGKILL);
  kill(told[1], SIGKILL);
  waitpid(told[1], &status, 0);
  close(pipes[0]);
  close(pipes[1]);
  prctl(PR_SET_CHILD_SUBREAPER, 0);
}

}  // namespace
}  // namespace tsctl
