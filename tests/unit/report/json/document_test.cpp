#include "tsctl/report/json/document.h"

#include <gtest/gtest.h>

#include "report/json/filled.h"
#include "tsctl/core/base/error.h"
#include "tsctl/report/json/json_convert.h"

namespace tsctl {
namespace {

Report everything() {
  auto report = filled<Report>();
  report.schema = Report{}.schema;
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
  EXPECT_EQ(json::to_json(back.inspect), json::to_json(everything().inspect));
  EXPECT_EQ(json::to_json(back.diff), json::to_json(everything().diff));
  EXPECT_TRUE(back.inspect.has_value() && back.diff.has_value());
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
  report.inspect = ModelSummary{.path = "a.pt"};
  report.diff = DiffResult{.same = true};
  const auto document = json::Json::parse(document_from_report(report));
  EXPECT_EQ(document["inspect"]["path"], "a.pt");
  EXPECT_EQ(document["diff"]["same"], true);
  std::vector<std::string> keys;
  for (const auto& [key, value] : document.items()) keys.push_back(key);
  EXPECT_EQ(std::vector(keys.end() - 2, keys.end()), (std::vector<std::string>{"inspect", "diff"}));
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
      "'r.json' is not a complete tsctl report: exit_code: a whole number was expected instead of "
      "\"0\"");
  EXPECT_TRUE(refusal_of(R"({"schema": "tsctl.report/1", "bench": []})")
                  .starts_with("'r.json' is not a complete tsctl report"));
}

TEST(Document, reads_a_report_of_tomorrow) {
  const Report report = report_from_document(
      R"({"schema": "tsctl.report/1", "status": "pass", "new": {"a": 1}})", "r.json");
  EXPECT_EQ(report.status, ReportStatus::pass);
}

TEST(Document, names_the_key_and_the_value_of_a_name_that_it_does_not_know) {
  EXPECT_EQ(refusal_of(R"({"schema": "tsctl.report/1", "bench": {"pairs": [{"gate": "open"}]}})"),
            "'r.json' is not a complete tsctl report: bench.pairs.gate: 'open' is not one of pass, "
            "fail, undecided");
}

TEST(Document, keeps_a_warning_code_that_it_does_not_know) {
  const Report report = report_from_document(
      R"({"schema": "tsctl.report/1", "warnings": [{"code": "of_tomorrow", "text": "so"}]})",
      "r.json");
  EXPECT_EQ(report.warnings.at(0).code.text(), "of_tomorrow");
  const auto document = json::Json::parse(document_from_report(report));
  EXPECT_EQ(document["warnings"][0]["code"], "of_tomorrow");
}

TEST(Documents, are_read_one_after_the_other_and_from_arrays) {
  const std::string one = document_from_report({.time = "first"});
  const std::string two = document_from_reports(std::vector<Report>{{.time = "a"}, {.time = "b"}});
  const std::vector<Report> reports = reports_from_documents(one + two + "\n", "r.json");
  ASSERT_EQ(reports.size(), 3U);
  EXPECT_EQ(reports[0].time, "first");
  EXPECT_EQ(reports[2].time, "b");
  EXPECT_EQ(document_from_reports(reports[0]), one);
}

TEST(Documents, are_refused_if_one_of_them_is_cut_or_there_is_none) {
  const std::string one = document_from_report({});
  EXPECT_THROW(reports_from_documents(one + one.substr(0, 50), "r.json"), Error);
  EXPECT_THROW(reports_from_documents(" \n", "r.json"), Error);
  EXPECT_THROW(reports_from_documents("[1]", "r.json"), Error);
}

}  // namespace
}  // namespace tsctl
