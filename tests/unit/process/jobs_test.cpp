#include "tsctl/process/jobs.h"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <set>
#include <utility>

#include "process/fake_worker.h"
#include "support/open_descriptors.h"
#include "support/thrown_error.h"
#include "tsctl/core/base/error.h"

namespace tsctl {
namespace {

class JobsTest : public testing::Test {
 protected:
  JobsTest() { settings_.installation.executable = this_program(); }

  RunResult run(const std::string& behaviour) {
    Jobs jobs(settings_, interrupt_, events_);
    const Keep keep{jobs, steps_};
    return jobs.run("run it", {.method = behaviour});
  }

  CaptureResult capture(const std::string& behaviour) {
    Jobs jobs(settings_, interrupt_, events_);
    const Keep keep{jobs, steps_};
    return jobs.capture({}, {.model = {.source = {.name = behaviour}}});
  }

  // The Error of a job that fails; its one step is a failed one that cost memory, and its worker is gone.
  template <typename Work>
  Error failure_of(Work&& work) {
    Error error = thrown_error(std::forward<Work>(work));
    EXPECT_EQ(steps_.size(), 1U);
    EXPECT_EQ(steps_.back().status, StepStatus::failed);
    EXPECT_GT(steps_.back().seconds, 0.0);
    EXPECT_GT(steps_.back().peak_memory_bytes, 1 << 20);
    EXPECT_TRUE(is_gone(events_.pid_after("pid")));
    return error;
  }

  WorkerSettings settings_;
  Interrupt interrupt_;
  RecordedEvents events_;
  std::vector<StepRecord> steps_;

 private:
  // Takes the steps over however the job ends.
  struct Keep {
    const Jobs& jobs;
    std::vector<StepRecord>& steps;
    ~Keep() { steps = jobs.steps(); }
  };
};

TEST_F(JobsTest, gives_the_result_the_events_and_the_step) {
  const RunResult result = run("answer");
  ASSERT_EQ(result.outputs.size(), 1U);
  EXPECT_EQ(result.outputs[0].output, "out");
  EXPECT_EQ(result.outputs[0].shape, (std::vector<std::int64_t>{2, 3}));
  ASSERT_EQ(events_.progress_texts.size(), 3U);
  EXPECT_EQ(events_.progress_texts[1], "loading");
  EXPECT_EQ(events_.progress_texts[2], "running");
  ASSERT_EQ(events_.warnings.size(), 1U);
  EXPECT_EQ(events_.warnings[0].code.text(), "careful");
  EXPECT_EQ(events_.warnings[0].text, "take care");
  ASSERT_EQ(steps_.size(), 1U);
  EXPECT_EQ(steps_[0].name, "run it");
  EXPECT_EQ(steps_[0].status, StepStatus::ok);
  EXPECT_GT(steps_[0].seconds, 0.0);
  EXPECT_GT(steps_[0].peak_memory_bytes, 1 << 20);
  EXPECT_TRUE(is_gone(events_.pid_after("pid")));
}

TEST_F(JobsTest, keeps_the_steps_in_order_and_takes_foreign_ones) {
  Jobs jobs(settings_, interrupt_, events_);
  jobs.run("first", {.method = "answer"});
  EXPECT_THROW(jobs.run("second", {.method = "crash"}), Error);
  jobs.add_step({.name = "bench", .status = StepStatus::ok});
  ASSERT_EQ(jobs.steps().size(), 3U);
  EXPECT_EQ(jobs.steps()[0].status, StepStatus::ok);
  EXPECT_EQ(jobs.steps()[1].name, "second");
  EXPECT_EQ(jobs.steps()[1].status, StepStatus::failed);
  EXPECT_EQ(jobs.steps()[2].name, "bench");
}

TEST_F(JobsTest, rethrows_the_error_that_the_worker_sent) {
  for (const std::string kind : {"usage", "input", "capture", "execution", "environment"}) {
    const Error error = failure_of([&] { run(kind + " error"); });
    EXPECT_EQ(name_of(error.kind()), kind);
    EXPECT_EQ(error.what(), "the " + kind + " went wrong");
    EXPECT_EQ(error.hint(), "mend the " + kind);
    EXPECT_EQ(error.detail(), "line 1\nline 2");
  }
}

TEST_F(JobsTest, takes_an_internal_error_for_a_bug) {
  EXPECT_THROW(run("internal error"), std::logic_error);
  EXPECT_EQ(steps_.back().status, StepStatus::failed);
}

TEST_F(JobsTest, names_the_signal_of_a_crash) {
  const Error error = failure_of([&] { run("crash"); });
  EXPECT_EQ(error.kind(), ErrorKind::execution);
  EXPECT_STREQ(error.what(),
               "the worker process crashed with SIGSEGV while it did the step 'run it'");
}

TEST_F(JobsTest, thinks_of_memory_when_the_worker_was_killed) {
  const Error error = failure_of([&] { run("killed"); });
  EXPECT_EQ(error.kind(), ErrorKind::execution);
  EXPECT_STREQ(error.what(),
               "the worker process was killed (SIGKILL) while it did the step 'run it'");
  EXPECT_NE(error.hint().find("memory"), std::string::npos);
}

TEST_F(JobsTest, tells_the_status_of_a_worker_that_left) {
  EXPECT_STREQ(failure_of([&] { run("exit 3"); }).what(),
               "the worker process ended with status 3 while it did the step 'run it'");
}

TEST_F(JobsTest, tells_that_the_worker_closed_its_connection) {
  EXPECT_STREQ(failure_of([&] { run("close"); }).what(),
               "the worker process closed its connection while it did the step 'run it'");
}

TEST_F(JobsTest, refuses_rubbish_from_the_worker) {
  EXPECT_EQ(failure_of([&] { run("no JSON"); }).kind(), ErrorKind::execution);
}

// A crash outranks the failed capture that it also is.
TEST_F(JobsTest, takes_the_death_of_a_worker_that_runs_python_for_a_crash_too) {
  const Error error = failure_of([&] { capture("crash"); });
  EXPECT_EQ(error.kind(), ErrorKind::execution);
  EXPECT_STREQ(error.what(),
               "the worker process crashed with SIGSEGV while it did the step 'capture'");
  EXPECT_NE(error.hint(), failure_of([&] { run("crash"); }).hint());
}

// The time-out must leave a worker with sanitizers time to start.
TEST_F(JobsTest, ends_a_step_that_takes_too_long_even_if_it_tells_its_progress) {
  settings_.timeout_s = 2.5;
  for (const char* behaviour : {"silent", "talkative"}) {
    const Error error = failure_of([&] { run(behaviour); });
    EXPECT_EQ(error.kind(), ErrorKind::execution);
    EXPECT_STREQ(error.what(), "the step 'run it' took longer than 2.5 s (--timeout)");
  }
}

TEST_F(JobsTest, says_which_limit_a_worker_reached_and_what_raises_it) {
  struct Case {
    const char* behaviour;
    ErrorKind kind;
    const char* message;
    const char* hint;
  };
  struct : Listener {
    void output(const std::string&) override {}
    void tick() override {}
    bool wants_ticks() const override { return false; }
  } listener;
  for (const Case& expected :
       {Case{"slow to load", ErrorKind::execution,
             "the file was not loaded within 300 s while it did the step 'run it'", "--timeout"},
        Case{"too large a file", ErrorKind::environment,
             "the worker process wrote a file that is too large while it did the step 'run it'",
             "ulimit -f"},
        Case{"no threads", ErrorKind::environment,
             "the worker process ended with status 1 while it did the step 'run it'",
             "ulimit -u"}}) {
    Jobs jobs(settings_, interrupt_, events_, &listener);
    const Error error = thrown_error([&] { jobs.run("run it", {.method = expected.behaviour}); });
    EXPECT_EQ(error.kind(), expected.kind) << expected.behaviour;
    EXPECT_STREQ(error.what(), expected.message);
    EXPECT_NE(error.hint().find(expected.hint), std::string::npos) << error.hint();
  }
}

TEST(LimitsFrom, take_the_time_out_for_loading_too) {
  EXPECT_EQ(limits_from({}).load_s, 300);
  EXPECT_EQ(limits_from({.timeout_s = 0.2}).load_s, 1);
  EXPECT_EQ(limits_from({.timeout_s = 1000.0}).load_s, 1000);
  EXPECT_GT(limits_from({.timeout_s = 1e300}).load_s, 1000);
}

TEST_F(JobsTest, lets_an_interrupt_end_the_worker) {
  int signal = 0;
  try {
    run("terminate");
  } catch (const Interrupted& interrupted) {
    signal = interrupted.signal;
  }
  EXPECT_EQ(signal, SIGTERM);
  EXPECT_EQ(steps_.back().status, StepStatus::failed);
  EXPECT_GT(steps_.back().peak_memory_bytes, 1 << 20);
  // The signal may be seen before the worker's message with its pid: ask for any child instead.
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST_F(JobsTest, holds_the_worker_to_its_threads) {
  settings_.threads = 3;
  run("environment");
  EXPECT_EQ(events_.progress_texts[1], "OMP_NUM_THREADS=3");
  EXPECT_EQ(events_.progress_texts[2], "MKL_NUM_THREADS=3");
}

TEST_F(JobsTest, leaves_no_descriptor_open) {
  const std::size_t before = open_descriptors();
  run("answer");
  EXPECT_THROW(run("crash"), Error);
  EXPECT_THROW(run("input error"), Error);
  EXPECT_EQ(open_descriptors(), before);
}

TEST(Installation, lies_around_the_executable) {
  const Installation installation = installation_of_this_process();
  EXPECT_EQ(installation.executable, this_program());
  EXPECT_TRUE(installation.engine.ends_with("/lib/libtsctl_engine.so"));
  EXPECT_TRUE(installation.capture.ends_with("/lib/libtsctl_capture.so"));
  EXPECT_TRUE(installation.package_dir.ends_with("/lib/tsctl/python"));
  EXPECT_TRUE(installation.problem_pages.ends_with("/share/tsctl/capture-problems"));
}

TEST_F(JobsTest, starts_workers_that_can_lie_at_the_same_addresses_wherever_the_kernel_puts_them) {
  std::set<std::string> libraries;
  std::set<std::string> c_libraries;
  for (int i = 0; i < 4; ++i) {
    events_.progress_texts.clear();
    run("addresses");
    for (const std::string& text : events_.progress_texts) {
      if (text.starts_with("library ")) libraries.insert(text);
      if (text.starts_with("libc ")) c_libraries.insert(text);
    }
  }
  EXPECT_EQ(libraries.size(), 1U);
  EXPECT_GT(c_libraries.size(), 1U) << "the host does not draw addresses: this proves nothing";
}

}  // namespace
}  // namespace tsctl
