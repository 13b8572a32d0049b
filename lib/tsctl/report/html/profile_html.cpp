#include "tsctl/report/html/profile_html.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "tsctl/core/base/units.h"
#include "tsctl/report/html/svg.h"

namespace tsctl {

namespace {

constexpr std::size_t kRows = 30;

std::string ranking(const std::string& title, const std::vector<ProfileLine>& lines) {
  if (lines.empty()) return {};
  std::string table =
      "<table>\n<tr><th>" + title + "</th><th>self a call</th><th>share</th><th>count</th></tr>\n";
  for (std::size_t i = 0; i < std::min(kRows, lines.size()); ++i) {
    const ProfileLine& line = lines[i];
    table += "<tr><td title=\"" + escaped(line.detail) + "\">" + escaped(line.name) + "</td><td>" +
             seconds_text(line.self_s) + "</td><td>" + percent_text(line.share) + "</td><td>" +
             std::to_string(line.count) + "</td></tr>\n";
  }
  return table + "</table>\n";
}

std::string tables(const ProfileResult& profile) {
  std::string text = "<h3>" + escaped(profile.arm) + "</h3>\n<p>";
  if (profile.calls > 0) {
    text += std::to_string(profile.calls) + " calls, " +
            seconds_text(profile.call_s.value_or(0.0)) + " each while recorded, " +
            seconds_text(profile.unrecorded_call_s.value_or(0.0)) + " otherwise; " +
            percent_text(profile.accounted.value_or(0.0)) + " of a call accounted for. ";
  }
  return text + escaped(profile.reason) + "</p>\n" + ranking("operator", profile.operators) +
         ranking("module", profile.modules) + ranking("line", profile.lines);
}

}  // namespace

std::string profile_tables(const BenchResult& bench) {
  std::string text;
  for (const ProfileResult& profile : bench.profiles) text += tables(profile);
  return text;
}

}  // namespace tsctl
