#include "tsctl/report/html/profile_html.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <vector>

#include "tsctl/core/base/units.h"
#include "tsctl/report/html/escaped.h"
#include "tsctl/report/html/html_table.h"
#include "tsctl/report/text/profile_text.h"

namespace tsctl {

namespace {

constexpr std::size_t kRows = 30;

std::string ranking(const std::string& title, const std::vector<ProfileLine>& lines) {
  if (lines.empty()) return {};
  HtmlTable table({title, ">self a call", ">share", ">count"});
  for (std::size_t i = 0; i < std::min(kRows, lines.size()); ++i) {
    const ProfileLine& line = lines[i];
    table.add_row({HtmlCell(line.name, line.detail), seconds_text(line.self_s),
                   percent_text(line.share), std::to_string(line.count)});
  }
  return table.render();
}

std::string tables(const ProfileResult& profile) {
  std::string text = fmt::format("<h3>{}</h3>\n<p>", escaped(profile.arm));
  if (profile.calls > 0) text += profile_summary(profile) + ". ";
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
