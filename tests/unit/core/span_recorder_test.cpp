#include "tsctl/core/span_recorder.h"

#include <gtest/gtest.h>

#include <map>
#include <utility>

namespace tsctl {
namespace {

// A clock that moves on by a second each time it is read, which is what a mark costs here, and by more on demand.
class SpanRecorderTest : public testing::Test {
 protected:
  SpanRecorder recorder(std::vector<ProfilePlace> places, int traced_calls = 10) {
    return {std::move(places), [this] { return now_s_ += 1.0; }, traced_calls};
  }

  void pass(double seconds) { now_s_ += seconds - 1.0; }  // reading the clock adds the last one

  static std::map<std::string, double> seconds_by_name(const std::vector<ProfileLine>& lines) {
    std::map<std::string, double> seconds;
    for (const ProfileLine& line : lines) seconds[line.name] = line.self_s;
    return seconds;
  }

  double now_s_ = 0.0;
};

TEST_F(SpanRecorderTest, gives_a_place_its_time_without_what_it_encloses_and_without_the_marks) {
  SpanRecorder spans = recorder({{.operation = "outer"}, {.operation = "inner"}});
  spans.begin_call();
  spans.enter(0);
  pass(5.0);
  now_s_ += 1.0;  // until the next mark, which reads the clock itself
  spans.enter(1);
  pass(20.0);
  spans.leave();
  pass(3.0);
  spans.leave();
  spans.end_call();
  const ProfileResult result = spans.recording().result;
  const auto seconds = seconds_by_name(result.operators);
  EXPECT_DOUBLE_EQ(seconds.at("inner"), 20.0);
  EXPECT_DOUBLE_EQ(seconds.at("outer"), 9.0);
  EXPECT_EQ(result.operators.front().name, "inner");
  EXPECT_EQ(result.calls, 1);
  // One clock reading at either end of each place, and one at the end of the call, which belongs to no place.
  EXPECT_DOUBLE_EQ(*result.call_s, 20.0 + 9.0 + 4.0 + 2.0);
  EXPECT_NEAR(*result.accounted, 29.0 / 31.0, 1e-12);
}

TEST_F(SpanRecorderTest, adds_up_places_of_one_name_and_takes_the_mean_over_the_calls) {
  SpanRecorder spans = recorder(
      {{.operation = "aten::add", .module = "a", .line = "net.py:1", .line_detail = "x + 1"},
       {.operation = "aten::add", .module = "b", .line = "net.py:1", .line_detail = "x + 1"},
       {.operation = "aten::never", .module = "c", .line = "net.py:9"}});
  for (int call = 0; call < 2; ++call) {
    spans.begin_call();
    for (const std::size_t place : {std::size_t{0}, std::size_t{1}}) {
      spans.enter(place);
      pass(place == 0 ? 4.0 : 6.0);
      spans.leave();
    }
    spans.end_call();
  }
  const ProfileResult result = spans.recording().result;
  ASSERT_EQ(result.operators.size(), 1U);
  EXPECT_EQ(result.operators[0].count, 4);
  EXPECT_DOUBLE_EQ(result.operators[0].self_s, 10.0);
  ASSERT_EQ(result.modules.size(), 2U);
  EXPECT_EQ(result.modules[0].name, "b");
  EXPECT_EQ(result.modules[0].count, 2);
  EXPECT_DOUBLE_EQ(result.modules[0].self_s, 6.0);
  ASSERT_EQ(result.lines.size(), 1U);
  EXPECT_EQ(result.lines[0].detail, "x + 1");
  EXPECT_NEAR(result.modules[0].share + result.modules[1].share, *result.accounted, 1e-12);
}

TEST_F(SpanRecorderTest, takes_times_from_the_middle_half_of_the_calls) {
  SpanRecorder spans = recorder({{.operation = "aten::add"}});
  for (const double seconds : {5.0, 9.0, 900.0, 7.0}) {
    spans.begin_call();
    spans.enter(0);
    pass(seconds);
    spans.leave();
    spans.end_call();
  }
  const ProfileResult result = spans.recording().result;
  EXPECT_DOUBLE_EQ(result.operators.at(0).self_s, 8.0);
  EXPECT_EQ(result.operators[0].count, 4);
  EXPECT_NEAR(result.operators[0].share, 8.0 / 10.0, 1e-12);
}

TEST_F(SpanRecorderTest, says_no_detail_where_places_of_one_name_have_different_ones) {
  SpanRecorder spans = recorder({{.operation = "group", .operation_detail = "aten::mul"},
                                 {.operation = "group", .operation_detail = "aten::tanh"}});
  spans.begin_call();
  spans.enter(0);
  spans.leave();
  spans.enter(1);
  spans.leave();
  spans.end_call();
  EXPECT_EQ(spans.recording().result.operators.at(0).detail, "");
}

TEST_F(SpanRecorderTest, leaves_out_modules_and_lines_that_are_not_known) {
  SpanRecorder spans = recorder({{.operation = "aten::add"}});
  spans.begin_call();
  spans.enter(0);
  spans.leave();
  spans.end_call();
  EXPECT_TRUE(spans.recording().result.modules.empty());
  EXPECT_TRUE(spans.recording().result.lines.empty());
}

TEST_F(SpanRecorderTest, keeps_single_executions_of_the_first_calls_only) {
  SpanRecorder spans = recorder({{.operation = "aten::add", .module = "m", .line = "net.py:3"}}, 2);
  for (int call = 0; call < 3; ++call) {
    spans.begin_call();
    spans.enter(0);
    pass(2.0);
    spans.leave();
    spans.end_call();
  }
  const ProfileRecording recording = spans.recording();
  EXPECT_EQ(recording.result.calls, 3);
  ASSERT_EQ(recording.spans.size(), 4U);
  EXPECT_EQ(recording.spans[0].name, "call 1");
  EXPECT_DOUBLE_EQ(recording.spans[0].start_s, 0.0);
  EXPECT_EQ(recording.spans[1].name, "call 2");
  EXPECT_EQ(recording.spans[2].name, "aten::add");
  EXPECT_EQ(recording.spans[2].module, "m");
  EXPECT_EQ(recording.spans[2].line, "net.py:3");
  EXPECT_DOUBLE_EQ(recording.spans[2].duration_s, 2.0);
  EXPECT_GE(recording.spans[3].start_s, recording.spans[1].start_s);
  EXPECT_LE(recording.spans[3].start_s + recording.spans[3].duration_s,
            recording.spans[1].start_s + recording.spans[1].duration_s);
}

TEST_F(SpanRecorderTest, forgets_what_was_before_a_reset_and_what_an_exception_left_open) {
  SpanRecorder spans = recorder({{.operation = "aten::add"}, {.operation = "aten::raises"}});
  spans.begin_call();
  spans.enter(0);
  spans.leave();
  spans.end_call();
  spans.reset();
  spans.begin_call();
  spans.enter(1);  // and never left
  spans.begin_call();
  spans.enter(0);
  pass(7.0);
  spans.leave();
  spans.end_call();
  const ProfileRecording recording = spans.recording();
  EXPECT_EQ(recording.result.calls, 1);
  ASSERT_EQ(recording.result.operators.size(), 1U);
  EXPECT_DOUBLE_EQ(recording.result.operators[0].self_s, 7.0);
  EXPECT_EQ(recording.spans.size(), 2U);
}

}  // namespace
}  // namespace tsctl
