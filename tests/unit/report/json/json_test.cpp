#include "tsctl/report/json/json.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tsctl/core/base/error.h"
#include "tsctl/core/bench.h"
#include "tsctl/core/capture.h"
#include "tsctl/core/capture_api.h"
#include "tsctl/core/executor.h"
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

template <typename T>
std::string refusal_of(const std::string& text) {
  return input_error_of([&] { from_json_text<T>(text); });
}

TEST(Json, is_one_line_with_a_key_for_each_member) {
  EXPECT_EQ(json_text(GraphResult{.text = "a\nb"}), R"({"text":"a\nb"})");
  EXPECT_EQ(
      json_text(SourceSpec{.text = "a.py:B", .file = "a.py", .name = "B"}),
      R"({"text":"a.py:B","file":"a.py","module":"","name":"B","kwargs_json":"","weights":""})");
}

TEST(Json, spells_enumerations_and_pairs) {
  CaptureRequest request{.mode = CaptureMode::script};
  request.trace_submodules = {{"encoder", "1x3"}};
  const std::string text = json_text(request);
  EXPECT_NE(text.find(R"("mode":"script")"), std::string::npos);
  EXPECT_NE(text.find(R"("trace_submodules":[["encoder","1x3"]])"), std::string::npos);
  EXPECT_NE(json_text(RunRequest{.executor = Executor::fixed}).find(R"("executor":"static")"),
            std::string::npos);
  EXPECT_EQ(from_json_text<RunRequest>(R"({"executor": "unoptimized"})").executor,
            Executor::unoptimized);
}

TEST(Json, writes_null_for_a_number_that_is_not_finite_or_not_there) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  OutputSummary output{.minimum = -kInfinity, .mean = std::nan("")};
  const std::string text = json_text(RunResult{.outputs = {output}});
  EXPECT_NE(text.find(R"("minimum":null,"maximum":null,"mean":null)"), std::string::npos);
  const std::string verify = json_text(VerifyResult{.max_abs = kInfinity});
  EXPECT_NE(verify.find(R"("max_abs":null)"), std::string::npos);
  EXPECT_TRUE(std::isnan(from_json_text<VerifyResult>(verify).max_abs));
  EXPECT_FALSE(from_json_text<RunResult>(text).outputs[0].minimum.has_value());
}

TEST(Json, keeps_doubles_to_the_last_bit) {
  for (const double value : {0.1, 1.0 / 3.0, 5e-324, 1.7976931348623157e308, -2.5}) {
    EXPECT_EQ(from_json_text<VerifyResult>(json_text(VerifyResult{.max_abs = value})).max_abs,
              value);
  }
}

TEST(Json, replaces_bytes_that_are_no_text) {
  EXPECT_EQ(from_json_text<WireMessage>(json_text(WireMessage{.text = "a\xff\xfe"
                                                                      "b"}))
                .text,
            "a\xef\xbf\xbd\xef\xbf\xbd"
            "b");
}

TEST(Json, takes_whole_numbers_however_they_are_written) {
  EXPECT_EQ(from_json_text<WireMessage>(R"({"calls": 3.0})").calls, 3);
  EXPECT_EQ(from_json_text<WireMessage>(R"({"page_faults": -9223372036854775808})").page_faults,
            std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(from_json_text<WireMessage>(R"({"seconds": [1, 2.5]})").seconds,
            (std::vector<double>{1.0, 2.5}));
}

TEST(Json, refuses_values_of_another_type) {
  for (const char* text :
       {R"({"calls": "3"})", R"({"calls": 3.5})", R"({"calls": true})", R"({"calls": null})",
        R"({"calls": 2147483648})", R"({"calls": -2147483649})", R"({"calls": 1e300})",
        R"({"page_faults": 9223372036854775808})", R"({"text": 3})", R"({"text": null})",
        R"({"seconds": 1})", R"({"seconds": "1"})", R"({"seconds": {"a": 1}})",
        R"({"seconds": null})", R"({"seconds": [true]})", R"({"seconds": ["1"]})"}) {
    EXPECT_TRUE(refusal_of<WireMessage>(text).starts_with("a JSON document cannot be read: "))
        << text;
  }
  refusal_of<ArmRequest>(R"({"seed": -1})");
  refusal_of<ArmRequest>(R"({"executor": "fast"})");
  refusal_of<ArmRequest>(R"({"source": []})");
  refusal_of<VerifyResult>(R"({"warnings": [3]})");
  refusal_of<RunResult>(R"({"outputs": [{"shape": ["a"]}]})");
  refusal_of<PythonSite>(R"({"version": 3})");
}

TEST(Json, names_what_was_expected) {
  EXPECT_EQ(refusal_of<WireMessage>(R"({"calls": 3.5})"),
            "a JSON document cannot be read: calls: a whole number was expected instead of 3.5");
  EXPECT_EQ(refusal_of<WireMessage>(R"({"seconds": 1})"),
            "a JSON document cannot be read: seconds: a list was expected");
}

TEST(Json, refuses_what_is_no_object) {
  for (const char* text : {"", "[]", "3", "null", "\"text\"", "{", "{\"text\":", "{} {}", "\xff"}) {
    EXPECT_TRUE(refusal_of<WireMessage>(text).starts_with("a JSON document cannot be read: "))
        << text;
  }
}

TEST(Json, writes_none_of_a_closed_vocabulary_as_empty_text) {
  const std::string text =
      json_text(VerifyResult{.calls = {{.outputs = {{.output = "out", .reason = {}}}}}});
  EXPECT_NE(text.find(R"("reason":"")"), std::string::npos);
  const auto read = [](const std::string& reason) {
    return from_json_text<VerifyResult>(R"({"calls": [{"outputs": [{"reason": ")" + reason +
                                        R"("}]}]})")
        .calls.at(0)
        .outputs.at(0)
        .reason;
  };
  EXPECT_EQ(read(""), std::nullopt);
  EXPECT_EQ(read("nan"), DifferenceReason::nan);
}

}  // namespace
}  // namespace tsctl
