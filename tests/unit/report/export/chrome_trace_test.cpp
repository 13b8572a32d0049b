#include "tsctl/report/export/chrome_trace.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tsctl/core/base/error.h"

namespace tsctl {
namespace {

TEST(ChromeTrace, gives_every_arm_a_process_of_its_own) {
  const std::string events = trace_events_text({{.name = "aten::add",
                                                 .module = "features.0",
                                                 .line = "net.py:3",
                                                 .start_s = 0.5,
                                                 .duration_s = 0.25e-3}});
  const auto trace = nlohmann::json::parse(chrome_trace_text(
      {{.arm = "old \"one\"", .events = events}, {.arm = "new", .events = events}}));
  const auto& all = trace.at("traceEvents");
  ASSERT_EQ(all.size(), 4U);
  EXPECT_EQ(all[0].at("ph"), "M");
  EXPECT_EQ(all[0].at("args").at("name"), "old \"one\"");
  const auto& event = all[3];
  EXPECT_EQ(event.at("ph"), "X");
  EXPECT_EQ(event.at("name"), "aten::add");
  EXPECT_DOUBLE_EQ(event.at("ts").get<double>(), 500'000.0);
  EXPECT_DOUBLE_EQ(event.at("dur").get<double>(), 250.0);
  EXPECT_EQ(event.at("args").at("module"), "features.0");
  EXPECT_EQ(event.at("args").at("line"), "net.py:3");
  EXPECT_EQ(event.at("pid"), all[2].at("pid"));
  EXPECT_NE(event.at("pid"), all[1].at("pid"));
}

TEST(ChromeTrace, leaves_out_what_is_not_known_of_an_event) {
  const auto events = nlohmann::json::parse(trace_events_text({{.name = "call 1"}}));
  EXPECT_TRUE(events.at(0).at("args").empty());
}

TEST(ChromeTrace, survives_names_that_are_no_text) {
  EXPECT_NO_THROW(nlohmann::json::parse(trace_events_text({{.name = "\xff"}})));
}

TEST(ChromeTrace, names_the_arm_whose_part_cannot_be_read) {
  try {
    chrome_trace_text({{.arm = "broken", .events = ""}});
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("'broken'"), std::string::npos);
  }
}

}  // namespace
}  // namespace tsctl
