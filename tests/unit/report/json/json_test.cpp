#include "tsctl/report/json/json.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <type_traits>
#include <variant>

#include "tsctl/core/arm_settings.h"
#include "tsctl/core/base/error.h"
#include "tsctl/core/bench.h"
#include "tsctl/core/bench_samples.h"
#include "tsctl/core/capture.h"
#include "tsctl/core/capture_api.h"
#include "tsctl/core/graph.h"
#include "tsctl/core/verify.h"
#include "tsctl/core/wire.h"

namespace tsctl {
namespace {

template <typename Work>
std::string input_error_of(Work&& work) {
  try {
    work();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::input);
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

// Whether T is one of the variant's alternatives.
template <typename T, typename Variant>
constexpr bool kIsIn = false;
template <typename T, typename... Ts>
constexpr bool kIsIn<T, std::variant<Ts...>> = (std::is_same_v<T, Ts> || ...);

// The struct on its way between the processes.
template <typename T>
std::string written(const T& value) {
  if constexpr (kIsIn<T, JobRequest>) {
    return json_text(FrontMessage(Job{.request = value}));
  } else if constexpr (kIsIn<T, FrontMessage>) {
    return json_text(FrontMessage(value));
  } else {
    return json_text(WorkerMessage(value));
  }
}

template <typename T>
T read(const std::string& line) {
  if constexpr (kIsIn<T, JobRequest>) {
    return std::get<T>(std::get<Job>(from_json_text<FrontMessage>(line)).request);
  } else if constexpr (kIsIn<T, FrontMessage>) {
    return std::get<T>(from_json_text<FrontMessage>(line));
  } else {
    return std::get<T>(from_json_text<WorkerMessage>(line));
  }
}

// The line that carries this text as the struct.
template <typename T>
std::string line_with(const std::string& text) {
  const std::string message = fmt::format(R"({{"{}": {}}})", kMessageName<T>, text);
  return kIsIn<T, JobRequest> ? R"({"job": {"request": )" + message + "}}" : message;
}

template <typename T>
std::string refusal_of(const std::string& text) {
  return input_error_of([&] { read<T>(line_with<T>(text)); });
}

TEST(Json, is_one_line_with_a_key_for_each_member) {
  EXPECT_EQ(json_text(WorkerMessage(Progress{.text = "a\nb"})),
            R"({"progress":{"text":"a\nb","share":null}})");
  EXPECT_EQ(json_text(LaunchSamples{.arm = "a", .launch = 2, .warm_up_s = {0.5}}),
            R"({"arm":"a","launch":2,"warm_up_s":[0.5],"rounds_s":[],"turns":[]})");
}

TEST(Json, spells_enumerations_and_pairs) {
  CaptureRequest request{.mode = CaptureMode::script};
  request.trace_submodules = {{"encoder", "1x3"}};
  const std::string text = json_text(request);
  EXPECT_NE(text.find(R"("mode":"script")"), std::string::npos);
  EXPECT_NE(text.find(R"("trace_submodules":[["encoder","1x3"]])"), std::string::npos);
  EXPECT_NE(
      written(RunRequest{.settings = {.executor = Executor::fixed}}).find(R"("executor":"static")"),
      std::string::npos);
  EXPECT_EQ(read<RunRequest>(line_with<RunRequest>(R"({"settings": {"executor": "unoptimized"}})"))
                .settings.executor,
            Executor::unoptimized);
}

TEST(Json, writes_null_for_a_number_that_is_not_finite_or_not_there) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  OutputSummary output{.minimum = -kInfinity, .mean = std::nan("")};
  const std::string text = written(RunResult{.outputs = {output}});
  EXPECT_NE(text.find(R"("minimum":null,"maximum":null,"mean":null)"), std::string::npos);
  const std::string verify = written(VerifyResult{.max_abs = kInfinity});
  EXPECT_NE(verify.find(R"("max_abs":null)"), std::string::npos);
  EXPECT_TRUE(std::isnan(read<VerifyResult>(verify).max_abs));
  EXPECT_FALSE(read<RunResult>(text).outputs[0].minimum.has_value());
}

TEST(Json, keeps_doubles_to_the_last_bit) {
  for (const double value : {0.1, 1.0 / 3.0, 5e-324, 1.7976931348623157e308, -2.5}) {
    EXPECT_EQ(read<VerifyResult>(written(VerifyResult{.max_abs = value})).max_abs, value);
  }
}

TEST(Json, keeps_bytes_that_are_no_text_between_processes) {
  const std::string path =
      "a\xff\xfe"
      "b";
  EXPECT_EQ(read<Progress>(written(Progress{.text = path})).text, path);
}

TEST(Json, takes_whole_numbers_however_they_are_written) {
  EXPECT_EQ(read<TimeCalls>(line_with<TimeCalls>(R"({"calls": 3.0})")).calls, 3);
  EXPECT_EQ(read<TimedCalls>(line_with<TimedCalls>(R"({"page_faults": -9223372036854775808})"))
                .page_faults,
            std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(read<TimedCalls>(line_with<TimedCalls>(R"({"seconds": [1, 2.5]})")).seconds,
            (std::vector<double>{1.0, 2.5}));
}

TEST(Json, refuses_values_of_another_type) {
  const auto refuses = []<typename T>(std::type_identity<T>, const char* text) {
    EXPECT_TRUE(refusal_of<T>(text).starts_with("a JSON document cannot be read: ")) << text;
  };
  for (const char* text :
       {R"({"calls": "3"})", R"({"calls": 3.5})", R"({"calls": true})", R"({"calls": null})",
        R"({"calls": 2147483648})", R"({"calls": -2147483649})", R"({"calls": 1e300})"}) {
    refuses(std::type_identity<TimeCalls>(), text);
  }
  for (const char* text :
       {R"({"page_faults": 9223372036854775808})", R"({"seconds": 1})", R"({"seconds": "1"})",
        R"({"seconds": {"a": 1}})", R"({"seconds": null})", R"({"seconds": [true]})",
        R"({"seconds": ["1"]})"}) {
    refuses(std::type_identity<TimedCalls>(), text);
  }
  for (const char* text : {R"({"text": 3})", R"({"text": null})"})
    refuses(std::type_identity<Progress>(), text);
  refusal_of<ArmRequest>(R"({"seed": -1})");
  refusal_of<ArmRequest>(R"({"settings": {"executor": "fast"}})");
  refusal_of<ArmRequest>(R"({"source": []})");
  refusal_of<VerifyResult>(R"({"warnings": [3]})");
  refusal_of<RunResult>(R"({"outputs": [{"shape": ["a"]}]})");
  input_error_of([] { from_json_text<PythonSite>(R"({"version": 3})"); });
}

TEST(Json, names_what_was_expected) {
  EXPECT_EQ(refusal_of<TimeCalls>(R"({"calls": 3.5})"),
            "a JSON document cannot be read: calls: a whole number was expected instead of 3.5");
  EXPECT_EQ(refusal_of<TimedCalls>(R"({"seconds": 1})"),
            "a JSON document cannot be read: seconds: a list was expected");
}

TEST(Json, carries_each_message_under_its_name) {
  EXPECT_EQ(json_text(FrontMessage(CallSets{.sets = {0, 10}})), R"({"call_sets":{"sets":[0,10]}})");
  EXPECT_EQ(json_text(WorkerMessage(Done{})), R"({"done":{}})");
  const Failure failure =
      read<Failure>(R"({"failure": {"kind": "capture", "message": "m", "hint": "h"}})");
  EXPECT_EQ(failure.kind, ErrorKind::capture);
  EXPECT_EQ(failure.hint, "h");
  EXPECT_FALSE(read<Failure>(written(Failure{.message = "a bug"})).kind.has_value());
}

TEST(Json, refuses_a_message_without_one_known_name) {
  const auto refusal = [](const char* text) {
    return input_error_of([&] { from_json_text<WorkerMessage>(text); });
  };
  EXPECT_EQ(refusal(R"({"gone": {}})"), "a JSON document cannot be read: unknown name gone");
  for (const char* text : {"{}", "[]", R"({"done": {}, "progress": {}})"}) {
    EXPECT_EQ(refusal(text), "a JSON document cannot be read: an object with one key was expected")
        << text;
  }
}

TEST(Json, refuses_what_is_no_object) {
  for (const char* text : {"", "[]", "3", "null", "\"text\"", "{", "{\"text\":", "{} {}", "\xff"}) {
    EXPECT_TRUE(input_error_of([&] {
                  from_json_text<PythonSite>(text);
                }).starts_with("a JSON document cannot be read: "))
        << text;
  }
}

TEST(Json, writes_none_of_a_closed_vocabulary_as_empty_text) {
  const std::string text = json_text(
      WorkerMessage(VerifyResult{.calls = {{.outputs = {{.output = "out", .reason = {}}}}}}));
  EXPECT_NE(text.find(R"("reason":"")"), std::string::npos);
  const auto read = [](const std::string& reason) {
    const auto message = from_json_text<WorkerMessage>(
        R"({"compared": {"calls": [{"outputs": [{"reason": ")" + reason + R"("}]}]}})");
    return std::get<VerifyResult>(message).calls.at(0).outputs.at(0).reason;
  };
  EXPECT_EQ(read(""), std::nullopt);
  EXPECT_EQ(read("nan"), DifferenceReason::nan);
}

}  // namespace
}  // namespace tsctl
