#include "tsctl/report/json/document.h"

#include <gtest/gtest.h>

#include "report/json/filled.h"
#include "tsctl/core/base/error.h"
#include "tsctl/report/json/diff_json.h"
#include "tsctl/report/json/inspect_json.h"

namespace tsctl {
namespace {

Report everything() {
  auto report = filled<Report>();
  report.schema = Report{}.schema;
  report.inspect_json = json_text_from_summary(filled<ModelSummary>());
  report.diff_json = json_text_from_diff(filled<DiffResult>());
  return report;
}

// The one sentence of the Error{input}.
std::string refusal_of(const std::string& text) {
  try {
    report_from_document(text, "r.json");
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::input);
    EXPECT_EQ(error.hint(), "give a file that tsctl wrote with --json");
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown for " << text;
  return {};
}

TEST(Document, comes_back_as_it_was_written) {
  const std::string text = document_from_report(everything());
  const Report back = report_from_document(text, "r.json");
  EXPECT_EQ(document_from_report(back), text);
  EXPECT_EQ(back.inspect_json, everything().inspect_json);
  EXPECT_EQ(back.diff_json, everything().diff_json);
}

TEST(Document, begins_with_its_schema_and_ends_in_a_newline) {
  const std::string text = document_from_report({});
  EXPECT_TRUE(text.starts_with("{\n  \"schema\": \"tsctl.report/1\",\n  \"tool\": {\n"));
  EXPECT_TRUE(text.ends_with("\n}\n"));
}

TEST(Document, has_null_for_what_the_run_did_not_have_and_no_empty_inspect) {
  const std::string text = document_from_report({});
  for (const char* key : {"error", "capture", "bench", "artifact", "run", "doctor"}) {
    EXPECT_NE(text.find("\n  \"" + std::string(key) + "\": null"), std::string::npos) << key;
  }
  EXPECT_EQ(text.find("\"inspect\""), std::string::npos);
  EXPECT_EQ(text.find("\"diff\""), std::string::npos);
}

TEST(Document, keeps_inspect_and_diff_as_objects_of_their_own) {
  Report report;
  report.inspect_json = R"({"path":"a.pt"})";
  report.diff_json = R"({"same":true})";
  const std::string text = document_from_report(report);
  EXPECT_NE(text.find("\n  \"inspect\": {\n    \"path\": \"a.pt\"\n  },\n  \"diff\": {\n    "
                      "\"same\": true\n  }\n}\n"),
            std::string::npos);
}

TEST(Document, refuses_what_is_not_json) {
  EXPECT_EQ(refusal_of(""), "'r.json' is not JSON");
  EXPECT_EQ(refusal_of("hello"), "'r.json' is not JSON");
  const std::string text = document_from_report(everything());
  EXPECT_EQ(refusal_of(text.substr(0, text.size() / 2)), "'r.json' is not JSON");
}

TEST(Document, refuses_json_of_another_kind) {
  const std::string expected = "'r.json' is not a tsctl report (its schema is not tsctl.report/1)";
  for (const char* text : {"{}", "[]", "3", "null", R"({"schema": "tsctl.report/2"})",
                           R"({"schema": 1})", R"([{"schema": 1}])"}) {
    EXPECT_EQ(refusal_of(text), expected) << text;
  }
}

TEST(Document, refuses_a_report_with_values_of_another_type) {
  EXPECT_EQ(
      refusal_of(R"({"schema": "tsctl.report/1", "exit_code": "0"})"),
      "'r.json' is not a complete tsctl report: a whole number was expected instead of \"0\"");
  EXPECT_TRUE(refusal_of(R"({"schema": "tsctl.report/1", "bench": []})")
                  .starts_with("'r.json' is not a complete tsctl report"));
}

TEST(Document, reads_a_report_of_tomorrow) {
  const Report report = report_from_document(
      R"({"schema": "tsctl.report/1", "status": "pass", "new": {"a": 1}})", "r.json");
  EXPECT_EQ(report.status, "pass");
}

}  // namespace
}  // namespace tsctl
