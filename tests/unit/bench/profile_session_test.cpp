#include "tsctl/bench/profile_session.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "tsctl/bench/launched_arm.h"

namespace tsctl {
namespace {

// An arm whose calls take `call_s`, and which records its requests.
struct Noted {
  double call_s = 0.01;
  double now_s = 0.0;
  int calls = 0;
  bool debug_files = false;
  ProfileRequest request = {};
  bool ready = false;
  bool finished = false;
};

class NotingArm : public LaunchedArm {
 public:
  explicit NotingArm(Noted& noted) : noted_(noted) {}
  void wait_until_ready() override { noted_.ready = true; }
  void pin_to_cores(std::uint64_t) override {}
  void resume() override {}
  void stop() override {}
  void use_set(std::size_t) override {}
  std::vector<double> call_sets(const std::vector<std::size_t>&) override { return {}; }
  void begin_load(const LoadWindow&) override {}
  LoadTimes end_load() override { return {}; }
  TimedCalls time_calls(int untimed, int calls) override {
    EXPECT_TRUE(noted_.ready);
    noted_.calls += untimed + calls;
    noted_.now_s += noted_.call_s * (untimed + calls);
    return {.seconds = std::vector<double>(static_cast<std::size_t>(calls), noted_.call_s)};
  }
  ProfileResult profile(const ProfileRequest& request) override {
    EXPECT_GE(noted_.calls, 6) << "the arm is not warm";
    noted_.request = request;
    return {.calls = request.calls};
  }
  std::int64_t finish() override {
    noted_.finished = true;
    return 0;
  }

 private:
  Noted& noted_;
};

ProfileResult profile_of(Noted& noted, const ProfileRequest& request) {
  BenchArm arm;
  arm.request.label = "net";
  const Launcher launch = [&noted](const BenchArm& launched, std::uint64_t) {
    noted.debug_files = launched.request.debug_files;
    return std::make_unique<NotingArm>(noted);
  };
  return profile_arm(arm, request, launch, [&noted] { return noted.now_s; });
}

TEST(ProfileSession, records_a_warm_arm_that_keeps_its_source_and_ends_it) {
  Noted noted;
  const ProfileResult result = profile_of(noted, {.trace_file = "part"});
  EXPECT_EQ(result.arm, "net");
  EXPECT_TRUE(noted.debug_files);
  EXPECT_EQ(noted.request.trace_file, "part");
  EXPECT_TRUE(noted.finished);
}

TEST(ProfileSession, records_more_calls_where_they_are_short_and_never_fewer_than_asked_for) {
  Noted slow{.call_s = 3.0};
  EXPECT_EQ(profile_of(slow, {.calls = 10}).calls, 10);
  Noted usual{.call_s = 0.01};
  EXPECT_EQ(profile_of(usual, {.calls = 10}).calls, 50);
  Noted short_one{.call_s = 1e-6};
  EXPECT_EQ(profile_of(short_one, {.calls = 10}).calls, 500);
}

}  // namespace
}  // namespace tsctl
