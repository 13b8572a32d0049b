#include "tsctl/process/process.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <variant>

#include "process/fake_worker.h"
#include "support/open_descriptors.h"
#include "tsctl/core/base/error.h"

namespace tsctl {
namespace {

class Process : public testing::Test {
 protected:
  static Job job(const std::string& behaviour) {
    return {.request = RunRequest{.method = behaviour}};
  }

  // The text of the next message, which tells progress.
  static std::string progress_from(WorkerProcess& worker, Interrupt& interrupt) {
    return std::get<Progress>(worker.receive({}, interrupt).value()).text;
  }

  // The worker's first message is its number; this takes it.
  static void skip_pid(WorkerProcess& worker, Interrupt& interrupt) {
    ASSERT_EQ(progress_from(worker, interrupt), "pid " + std::to_string(worker.pid()));
  }

  Interrupt interrupt_;
};

TEST_F(Process, brings_a_job_to_the_worker_and_its_messages_back) {
  WorkerProcess worker(this_program(), {});
  worker.send(job("answer"));
  skip_pid(worker, interrupt_);
  EXPECT_EQ(progress_from(worker, interrupt_), "loading");
  EXPECT_EQ(progress_from(worker, interrupt_), "running");
  EXPECT_EQ(std::get<Warning>(worker.receive({}, interrupt_).value()).code.text(), "careful");
  EXPECT_TRUE(std::holds_alternative<RunResult>(worker.receive({}, interrupt_).value()));
  EXPECT_FALSE(worker.receive({}, interrupt_).has_value());
  const ProcessEnd end = worker.finish(kEndAfterMessageSeconds);
  EXPECT_EQ(end.signal, 0);
  EXPECT_EQ(end.exit_status, 0);
  EXPECT_FALSE(end.ended_by_parent);
  EXPECT_GT(end.peak_memory_bytes, 1 << 20);
}

TEST_F(Process, tells_how_the_worker_ended) {
  struct Case {
    const char* behaviour;
    int signal;
    int status;
  };
  for (const Case& expected :
       {Case{"crash", SIGSEGV, 0}, Case{"killed", SIGKILL, 0}, Case{"exit 3", 0, 3}}) {
    WorkerProcess worker(this_program(), {});
    worker.send(job(expected.behaviour));
    skip_pid(worker, interrupt_);
    EXPECT_FALSE(worker.receive({}, interrupt_).has_value());
    const ProcessEnd end = worker.finish(kEndAfterCloseSeconds);
    EXPECT_EQ(end.signal, expected.signal) << expected.behaviour;
    EXPECT_EQ(end.exit_status, expected.status) << expected.behaviour;
    EXPECT_FALSE(end.ended_by_parent) << expected.behaviour;
  }
}

TEST_F(Process, gives_up_at_the_deadline_of_a_worker_that_still_reports) {
  for (const char* behaviour : {"silent", "talkative"}) {
    WorkerProcess worker(this_program(), {});
    worker.send(job(behaviour));
    skip_pid(worker, interrupt_);
    const Deadline deadline = deadline_in(0.05);
    const auto listen = [&] {
      while (worker.receive(deadline, interrupt_)) {
      }
    };
    EXPECT_THROW(listen(), WorkerProcess::Timeout) << behaviour;
  }
}

struct Ignoring : Listener {
  void output(const std::string&) override {}
  void tick() override {}
  bool wants_ticks() const override { return false; }
};

TEST_F(Process, gives_up_at_the_deadline_under_a_flood_of_messages_or_output) {
  for (const char* behaviour : {"messages without a pause", "output without a pause"}) {
    Ignoring listener;
    WorkerProcess worker(this_program(), {}, &listener);
    worker.send(job(behaviour));
    skip_pid(worker, interrupt_);
    const Deadline deadline = deadline_in(0.2);
    const auto listen = [&] {
      while (worker.receive(deadline, interrupt_)) {
      }
    };
    EXPECT_THROW(listen(), WorkerProcess::Timeout) << behaviour;
    EXPECT_TRUE(worker.finish(0.05).ended_by_parent) << behaviour;
  }
}

TEST_F(Process, refuses_a_line_without_an_end_before_it_fills_the_memory) {
  WorkerProcess worker(this_program(), {});
  worker.send(job("a line without an end"));
  skip_pid(worker, interrupt_);
  EXPECT_THROW(worker.receive({}, interrupt_), Error);
}

TEST_F(Process, refuses_a_message_that_is_nested_too_deep) {
  WorkerProcess worker(this_program(), {});
  worker.send(job("nested"));
  skip_pid(worker, interrupt_);
  EXPECT_THROW(worker.receive({}, interrupt_), Error);
}

// A process that is killed cannot end its children itself.
TEST_F(Process, leaves_no_process_behind_even_if_it_is_killed) {
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  for (const bool stopped : {false, true}) {
    int told[2] = {-1, -1};
    ASSERT_EQ(pipe(told), 0);
    const pid_t front = fork();
    if (front == 0) {
      WorkerProcess worker(this_program(), {});
      worker.send(job("child"));
      RecordedEvents events;
      for (int message = 0; message < 2; ++message)
        events.progress(std::get<Progress>(worker.receive({}, interrupt_).value()).text);
      if (stopped) worker.stop();
      const pid_t pids[2] = {worker.pid(), events.pid_after("child")};
      if (write(told[1], pids, sizeof pids) != sizeof pids) _exit(1);
      while (true) pause();
    }
    pid_t pids[2] = {0, 0};
    ASSERT_EQ(read(told[0], pids, sizeof pids), static_cast<ssize_t>(sizeof pids));
    ASSERT_EQ(kill(front, SIGKILL), 0);
    ASSERT_EQ(waitpid(front, nullptr, 0), front);
    for (const pid_t pid : pids) {
      int status = 0;
      EXPECT_EQ(waitpid(pid, &status, 0), pid);
      EXPECT_TRUE(WIFSIGNALED(status));
    }
    while (waitpid(-1, nullptr, 0) > 0) {  // the guard
    }
    close(told[0]);
    close(told[1]);
  }
  prctl(PR_SET_CHILD_SUBREAPER, 0);
}

TEST_F(Process, has_no_deadline_without_seconds_and_bears_absurd_ones) {
  EXPECT_FALSE(deadline_in(0.0).has_value());
  EXPECT_FALSE(deadline_in(-1.0).has_value());
  EXPECT_FALSE(deadline_in(1e300).has_value());
  EXPECT_TRUE(deadline_in(1e8).has_value());
  WorkerProcess worker(this_program(), {});
  worker.send(job("answer"));
  EXPECT_TRUE(worker.receive(deadline_in(1e8), interrupt_).has_value());
}

TEST_F(Process, puts_lines_together_and_takes_them_apart) {
  for (const char* behaviour : {"pieces", "one piece", "long"}) {
    WorkerProcess worker(this_program(), {});
    worker.send(job(behaviour));
    std::vector<WorkerMessage> messages;
    while (const auto message = worker.receive({}, interrupt_)) messages.push_back(*message);
    EXPECT_TRUE(std::holds_alternative<RunResult>(messages.back())) << behaviour;
    EXPECT_EQ(messages.size(), behaviour == std::string("one piece") ? 4U : 2U) << behaviour;
  }
}

TEST_F(Process, takes_a_line_without_an_end_for_no_message) {
  WorkerProcess worker(this_program(), {});
  worker.send(job("half a line"));
  skip_pid(worker, interrupt_);
  EXPECT_FALSE(worker.receive({}, interrupt_).has_value());
}

TEST_F(Process, refuses_what_is_no_message) {
  WorkerProcess worker(this_program(), {});
  worker.send(job("no JSON"));
  skip_pid(worker, interrupt_);
  try {
    worker.receive({}, interrupt_);
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::execution);
    EXPECT_TRUE(
        std::string(error.what()).starts_with("the worker process sent an invalid message: "));
  }
}

TEST_F(Process, ends_a_running_worker_when_it_goes_out_of_scope) {
  pid_t pid = 0;
  {
    WorkerProcess worker(this_program(), {});
    pid = worker.pid();
    worker.send(job("silent"));
    skip_pid(worker, interrupt_);
  }
  EXPECT_TRUE(is_gone(pid));
}

TEST_F(Process, stops_and_resumes_a_worker_and_ends_a_stopped_one) {
  pid_t pid = 0;
  {
    WorkerProcess worker(this_program(), {});
    pid = worker.pid();
    worker.send(job("talkative"));
    skip_pid(worker, interrupt_);
    for (int round = 0; round < 3; ++round) {
      worker.stop();
      EXPECT_EQ(state_of(pid), 'T');
      worker.resume();
      EXPECT_NE(state_of(pid), 'T');
    }
    worker.stop();
  }
  EXPECT_TRUE(is_gone(pid));
}

TEST_F(Process, stop_returns_when_the_worker_is_already_dead) {
  WorkerProcess worker(this_program(), {});
  worker.send(job("exit 3"));
  while (worker.receive({}, interrupt_)) {
  }
  worker.stop();
  worker.resume();
  EXPECT_EQ(worker.finish(kEndAfterCloseSeconds).exit_status, 3);
}

TEST_F(Process, ends_a_worker_that_closed_its_end_and_lives_on) {
  WorkerProcess worker(this_program(), {});
  worker.send(job("close"));
  skip_pid(worker, interrupt_);
  EXPECT_FALSE(worker.receive({}, interrupt_).has_value());
  const ProcessEnd end = worker.finish(0.05);
  EXPECT_TRUE(end.ended_by_parent);
  EXPECT_EQ(end.signal, SIGKILL);
  EXPECT_TRUE(is_gone(worker.pid()));
}

// The orphans come to this process, so that it can see them end.
TEST_F(Process, notices_a_dead_worker_whose_child_holds_the_connection_and_ends_that_child) {
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  for (const char* behaviour : {"crash beside a child", "answer beside a child"}) {
    WorkerProcess worker(this_program(), {});
    worker.send(job(behaviour));
    skip_pid(worker, interrupt_);
    RecordedEvents events;
    while (const auto message = worker.receive(deadline_in(10.0), interrupt_))
      if (const auto* told = std::get_if<Progress>(&*message)) events.progress(told->text);
    worker.finish(kEndAfterCloseSeconds);
    const pid_t child = events.pid_after("child");
    ASSERT_GT(child, 0);
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(WTERMSIG(status), SIGKILL);
  }
  prctl(PR_SET_CHILD_SUBREAPER, 0);
}

TEST_F(Process, sends_what_the_worker_prints_to_standard_error) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  {
    WorkerProcess worker(this_program(), {});
    worker.send(job("print"));
    while (worker.receive({}, interrupt_)) {
    }
    worker.finish(kEndAfterCloseSeconds);
  }
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "the model prints\n");
}

TEST_F(Process, gives_what_the_worker_prints_to_a_listener) {
  struct : Listener {
    std::string text = {};
    int ticks = 0;
    void output(const std::string& part) override { text += part; }
    void tick() override { ++ticks; }
    bool wants_ticks() const override { return true; }
  } listener;
  testing::internal::CaptureStderr();
  {
    WorkerProcess worker(this_program(), {}, &listener);
    worker.send(job("print"));
    while (worker.receive({}, interrupt_)) {
    }
    worker.finish(kEndAfterCloseSeconds);
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_EQ(listener.text, "the model prints\n");
  EXPECT_GT(listener.ticks, 0);
}

TEST_F(Process, replaces_variables_of_the_environment_instead_of_adding_a_second) {
  ASSERT_EQ(setenv("OMP_NUM_THREADS", "77", 1), 0);
  WorkerProcess worker(this_program(), {"OMP_NUM_THREADS=3", "MKL_NUM_THREADS=4"});
  unsetenv("OMP_NUM_THREADS");
  worker.send(job("environment"));
  skip_pid(worker, interrupt_);
  EXPECT_EQ(progress_from(worker, interrupt_), "OMP_NUM_THREADS=3");
  EXPECT_EQ(progress_from(worker, interrupt_), "MKL_NUM_THREADS=4");
}

TEST_F(Process, says_that_it_cannot_be_started) {
  try {
    const WorkerProcess worker("/nonexistent/tsctl", {});
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::environment);
    EXPECT_STREQ(error.what(), "a worker process cannot be started: No such file or directory");
  }
}

TEST_F(Process, leaves_no_descriptor_open) {
  const std::size_t before = open_descriptors();
  for (const char* behaviour : {"answer", "crash", "silent"}) {
    WorkerProcess worker(this_program(), {});
    worker.send(job(behaviour));
    skip_pid(worker, interrupt_);
  }
  EXPECT_THROW(WorkerProcess("/nonexistent/tsctl", {}), Error);
  EXPECT_EQ(open_descriptors(), before);
}

TEST(NameOfSignal, is_the_word_or_the_number) {
  EXPECT_EQ(name_of_signal(SIGSEGV), "SIGSEGV");
  EXPECT_EQ(name_of_signal(SIGKILL), "SIGKILL");
  EXPECT_EQ(name_of_signal(42), "signal 42");
}

}  // namespace
}  // namespace tsctl
