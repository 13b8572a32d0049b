#include "tsctl/process/process_arm.h"

#include <gtest/gtest.h>

#include "process/fake_worker.h"
#include "support/open_descriptors.h"
#include "support/thrown_error.h"
#include "tsctl/bench/launched_arm.h"
#include "tsctl/core/base/error.h"
#include "tsctl/host/host.h"

namespace tsctl {
namespace {

class ProcessArmTest : public testing::Test {
 protected:
  ProcessArmTest() { settings_.installation.executable = this_program(); }

  std::unique_ptr<LaunchedArm> launch(const std::string& label, double timeout_s = 0.0) {
    settings_.timeout_s = timeout_s;
    jobs_.emplace(settings_, interrupt_, events_);
    arm_.request.label = label;
    return process_launcher(*jobs_)(arm_, 7);
  }

  WorkerSettings settings_;
  Interrupt interrupt_;
  RecordedEvents events_;
  std::optional<Jobs> jobs_;
  BenchArm arm_;
};

TEST_F(ProcessArmTest, times_calls_between_stops) {
  const auto arm = launch("good arm");
  arm->wait_until_ready();
  arm->stop();
  arm->resume();
  const TimedCalls times = arm->time_calls(2, 3);
  EXPECT_EQ(times.seconds, (std::vector<double>{0.001, 0.002, 0.003}));
  EXPECT_EQ(times.page_faults, 102);
  arm->stop();
  EXPECT_GT(arm->finish(), 1 << 20);
}

TEST_F(ProcessArmTest, puts_load_on_the_arm_and_chooses_its_set) {
  const auto arm = launch("good arm");
  arm->wait_until_ready();
  EXPECT_EQ(arm->call_sets({0, 1, 10}), (std::vector<double>{0.0, 1.0, 10.0}));  // the sets
  arm->use_set(3);
  arm->begin_load({.plan = {.concurrency = 2}, .seconds = 0.25});
  const LoadTimes times = arm->end_load();
  EXPECT_EQ(times.latency_s, std::vector<double>{0.25});
  EXPECT_EQ(times.offered, 3);  // the set
}

TEST_F(ProcessArmTest, shares_one_core_if_asked) {
  if (usable_processors().size() < 2) GTEST_SKIP() << "one core cannot be shared";
  arm_.request.settings.threads = 2;
  arm_.request.shares_one_core = true;
  const auto arm = launch("counting arm");
  arm->wait_until_ready();
  EXPECT_GE(arm->time_calls(0, 1).seconds.at(0), 2.0);
  arm->pin_to_cores(3);
  EXPECT_EQ(arm->time_calls(0, 1).seconds.at(0), 1.0);
}

TEST_F(ProcessArmTest, tells_how_it_opened_and_what_its_process_holds) {
  const auto arm = launch("good arm");
  arm->wait_until_ready();
  arm->time_calls(0, 1);
  const ArmOpening opening = arm->opening();
  EXPECT_EQ(opening.libraries_s, 0.25);
  EXPECT_EQ(opening.loaded_bytes, 4096);
  EXPECT_FALSE(opening.read_s.has_value());
  EXPECT_GT(opening.first_call_bytes.value_or(0), 1 << 20);
  EXPECT_GT(opening.steady_bytes.value_or(0), 1 << 20);
}

TEST_F(ProcessArmTest, asks_its_process_for_a_profile) {
  const auto arm = launch("good arm");
  arm->wait_until_ready();
  EXPECT_EQ(arm->profile({.calls = 17}).calls, 17);
}

TEST_F(ProcessArmTest, asks_for_the_parts_of_a_call) {
  const auto arm = launch("good arm");
  arm->wait_until_ready();
  EXPECT_EQ(arm->tuning_reason(), "");
  EXPECT_EQ(arm->time_transfers(4).value().compute_s, 2.0);
  EXPECT_EQ(arm->time_calls(0, 1).seconds.size(), 1U);
}

TEST_F(ProcessArmTest, hears_why_something_was_not_to_be_had) {
  const auto arm = launch("plain arm");
  arm->wait_until_ready();
  EXPECT_EQ(arm->tuning_reason(), "not captured");
  EXPECT_FALSE(arm->time_transfers(4).has_value());
}

TEST_F(ProcessArmTest, names_the_arm_that_crashed) {
  const auto arm = launch("dying arm");
  arm->wait_until_ready();
  const Error error = thrown_error([&] { arm->time_calls(0, 1); });
  EXPECT_EQ(error.kind(), ErrorKind::execution);
  EXPECT_STREQ(error.what(),
               "the worker process crashed with SIGSEGV while it ran the arm 'dying arm'");
}

TEST_F(ProcessArmTest, names_the_arm_that_did_not_answer_in_time) {
  const auto arm = launch("silent arm", 2.5);
  arm->wait_until_ready();
  const Error error = thrown_error([&] { arm->time_calls(0, 1); });
  EXPECT_EQ(error.kind(), ErrorKind::execution);
  EXPECT_STREQ(error.what(), "the arm 'silent arm' did not answer in time (--timeout)");
}

TEST_F(ProcessArmTest, rethrows_why_an_arm_could_not_be_opened) {
  const auto arm = launch("input error");
  const Error error = thrown_error([&] { arm->wait_until_ready(); });
  EXPECT_EQ(error.kind(), ErrorKind::input);
  EXPECT_STREQ(error.what(), "the input went wrong");
}

TEST_F(ProcessArmTest, leaves_no_descriptor_open) {
  const std::size_t before = open_descriptors();
  launch("good arm")->wait_until_ready();
  EXPECT_EQ(open_descriptors(), before);
}

}  // namespace
}  // namespace tsctl
