#include "tsctl/report/export/chrome_trace.h"

#include <fmt/format.h>

#include "tsctl/core/base/error.h"
#include "tsctl/report/json/ordered_json.h"

namespace tsctl {

using json::Json;

namespace {

constexpr double kMicroseconds = 1e6;

Json events_of(const TracePart& part, int process) {
  Json events = Json::array();
  events.push_back({{"name", "process_name"},
                    {"ph", "M"},
                    {"pid", process},
                    {"tid", 1},
                    {"args", {{"name", part.arm}}}});
  try {
    for (Json& event : Json::parse(part.events)) {
      event["pid"] = process;
      events.push_back(std::move(event));
    }
  } catch (const Json::exception& error) {
    throw Error(ErrorKind::input,
                fmt::format("the trace of '{}' cannot be read: {}", part.arm, error.what()));
  }
  return events;
}

}  // namespace

std::string trace_events_text(const std::vector<ProfileSpan>& spans) {
  Json events = Json::array();
  for (const ProfileSpan& span : spans) {
    Json arguments = Json::object();
    if (!span.module.empty()) arguments["module"] = span.module;
    if (!span.line.empty()) arguments["line"] = span.line;
    events.push_back({{"name", span.name},
                      {"ph", "X"},
                      {"ts", span.start_s * kMicroseconds},
                      {"dur", span.duration_s * kMicroseconds},
                      {"tid", 1},
                      {"args", arguments}});
  }
  return json::line_text(events);
}

std::string chrome_trace_text(const std::vector<TracePart>& parts) {
  Json events = Json::array();
  int process = 0;
  for (const TracePart& part : parts) {
    for (Json& event : events_of(part, ++process)) events.push_back(std::move(event));
  }
  return json::line_text({{"traceEvents", events}, {"displayTimeUnit", "ms"}}) + "\n";
}

}  // namespace tsctl
