#include "tsctl/report/text/profile_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <vector>

#include "tsctl/core/base/units.h"
#include "tsctl/report/text/text_lines.h"
#include "tsctl/report/text/text_table.h"

namespace tsctl {

namespace {

constexpr std::size_t kRows = 10;
constexpr std::size_t kWidestDetail = 60;

std::string shortened(const std::string& text) {
  return text.size() <= kWidestDetail ? text : text.substr(0, kWidestDetail - 3) + "...";
}

// "encoder.layer.*.dense": repeated layers of a model differ by their number only. A path of numbers alone, as in an
// nn.Sequential, stays: "*" would name nothing.
std::string without_numbers(const std::string& path) {
  std::string text;
  std::size_t start = 0;
  while (start <= path.size()) {
    const std::size_t end = std::min(path.find('.', start), path.size());
    const std::string part = path.substr(start, end - start);
    const bool number = !part.empty() && part.find_first_not_of("0123456789") == std::string::npos;
    text += (start > 0 ? "." : "") + (number ? "*" : part);
    start = end + 1;
  }
  return text.find_first_not_of("*.") == std::string::npos ? path : text;
}

// Joins the modules of a long list that differ by their number only. Returns a short list unchanged.
std::vector<ProfileLine> grouped(const std::vector<ProfileLine>& modules) {
  if (modules.size() <= kRows) return modules;
  std::vector<ProfileLine> groups;
  for (const ProfileLine& module : modules) {
    const std::string name = without_numbers(module.name);
    auto group =
        std::ranges::find_if(groups, [&](const ProfileLine& known) { return known.name == name; });
    if (group == groups.end()) group = groups.insert(groups.end(), ProfileLine{.name = name});
    group->count += module.count;
    group->self_s += module.self_s;
    group->share += module.share;
  }
  std::ranges::stable_sort(
      groups, [](const auto& left, const auto& right) { return left.self_s > right.self_s; });
  return groups;
}

std::string ranking_text(const std::string& title, const std::vector<ProfileLine>& lines,
                         std::size_t width) {
  if (lines.empty()) return {};
  TextTable table({title, ">self a call", ">share", ">count", ""});
  for (std::size_t i = 0; i < std::min(kRows, lines.size()); ++i) {
    const ProfileLine& line = lines[i];
    table.add_row({line.name, seconds_text(line.self_s), percent_text(line.share),
                   std::to_string(line.count), shortened(line.detail)});
  }
  std::string text = table.render(2, width);
  if (lines.size() > kRows) text += fmt::format("  and {} more (--json)\n", lines.size() - kRows);
  return text + "\n";
}

void add_seconds(std::vector<std::string>& parts, const std::string& what,
                 const std::optional<double>& seconds) {
  if (seconds) parts.push_back(what + " " + seconds_text(*seconds));
}

// The growth of a process's memory.
void add_growth(std::vector<std::string>& parts, const std::string& what,
                const std::optional<std::int64_t>& before,
                const std::optional<std::int64_t>& after) {
  if (!before || !after) return;
  const std::int64_t more = *after - *before;
  parts.push_back((more < 0 ? "-" : "+") + bytes_text(more < 0 ? -more : more) + " " + what);
}

std::string opening_text(const ArmResult& arm) {
  const ArmOpening& opening = arm.opening;
  std::vector<std::string> times;
  add_seconds(times, "libraries", opening.libraries_s);
  add_seconds(times, "read", opening.read_s);
  add_seconds(times, "deserialize", opening.deserialize_s);
  if (opening.move_s.value_or(0.0) > 0.0) add_seconds(times, "move", opening.move_s);
  std::vector<std::string> memory;
  if (opening.libraries_bytes)
    memory.push_back(bytes_text(*opening.libraries_bytes) + " libraries");
  add_growth(memory, "loaded", opening.libraries_bytes, opening.loaded_bytes);
  add_growth(memory, "first call", opening.loaded_bytes, opening.first_call_bytes);
  add_growth(memory, "until steady", opening.first_call_bytes, opening.steady_bytes);
  if (times.empty() && memory.empty()) return {};
  if (!memory.empty()) memory.push_back("peak " + bytes_text(arm.peak_memory_bytes));
  std::string text = arm.label + ": " + joined(times, ", ");
  if (!memory.empty()) text += (times.empty() ? "" : "; ") + ("memory " + joined(memory, ", "));
  return text;
}

}  // namespace

std::string profile_summary(const ProfileResult& profile) {
  return fmt::format(
      "{} calls, {} each while recorded, {} otherwise; operators account for {} of a call",
      profile.calls, seconds_text(profile.call_s.value_or(0.0)),
      seconds_text(profile.unrecorded_call_s.value_or(0.0)),
      percent_text(profile.accounted.value_or(0.0)));
}

std::string profile_text(const ProfileResult& profile, std::size_t width) {
  std::string text =
      line("profile", fmt::format("'{}': {}", profile.arm,
                                  profile.calls == 0 ? profile.reason : profile_summary(profile)));
  if (profile.calls == 0) return text;
  if (!profile.reason.empty()) text += line("", profile.reason);
  return text + "\n" + ranking_text("operator", profile.operators, width) +
         ranking_text("module", grouped(profile.modules), width) +
         ranking_text("line", profile.lines, width);
}

std::string openings_text(const BenchResult& bench) {
  std::string text;
  for (const ArmResult& arm : bench.arms) {
    const std::string opening = opening_text(arm);
    if (!opening.empty()) text += line(text.empty() ? "opening" : "", opening);
  }
  return text;
}

}  // namespace tsctl
