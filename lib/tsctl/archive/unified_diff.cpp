#include "tsctl/archive/unified_diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <string_view>

#include "tsctl/archive/sequence_diff.h"
#include "tsctl/core/base/error.h"
#include "tsctl/core/base/simple_json.h"

namespace tsctl {

namespace {

constexpr std::size_t kMostEdits = 1000;
constexpr std::size_t kMostLines = 200;
constexpr std::size_t kMostLineBytes = 200;
constexpr std::size_t kContext = 3;
constexpr std::size_t kMostJsonValues = 20'000;

using Kind = SequenceStep::Kind;
using Lines = std::vector<std::string_view>;

// JSON with a line for each member; other text as it is.
std::string with_lines(const std::string& text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string::npos || (text[begin] != '{' && text[begin] != '[')) return text;
  try {
    require_simple_json(text, "an extra file", kMostJsonValues);
  } catch (const Error&) {
    return text;
  }
  const auto json = nlohmann::ordered_json::parse(text, nullptr, /*allow_exceptions=*/false);
  return json.is_discarded() ? text : json.dump(2);
}

Lines lines_of(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string shown(char mark, std::string_view line) {
  if (line.size() <= kMostLineBytes) return mark + std::string(line);
  std::size_t end = kMostLineBytes;
  while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xc0) == 0x80) --end;
  return mark + std::string(line.substr(0, end)) + "…";
}

// The steps with kContext equal ones around each change, as ranges of `steps`.
std::vector<std::pair<std::size_t, std::size_t>> hunks_of(const std::vector<SequenceStep>& steps) {
  std::vector<std::pair<std::size_t, std::size_t>> hunks;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (steps[i].kind == Kind::both) continue;
    const std::size_t begin = i > kContext ? i - kContext : 0;
    const std::size_t end = std::min(i + kContext + 1, steps.size());
    if (!hunks.empty() && begin <= hunks.back().second) {
      hunks.back().second = end;
    } else {
      hunks.emplace_back(begin, end);
    }
  }
  return hunks;
}

std::string head_of(const std::vector<SequenceStep>& steps, std::size_t begin, std::size_t end) {
  std::size_t count_a = 0;
  std::size_t count_b = 0;
  for (std::size_t i = begin; i < end; ++i) {
    count_a += steps[i].kind != Kind::only_b ? 1 : 0;
    count_b += steps[i].kind != Kind::only_a ? 1 : 0;
  }
  const std::size_t from_a = steps[begin].a + (count_a > 0 ? 1 : 0);
  const std::size_t from_b = steps[begin].b + (count_b > 0 ? 1 : 0);
  return fmt::format("@@ -{},{} +{},{} @@", from_a, count_a, from_b, count_b);
}

}  // namespace

std::vector<std::string> unified_diff(const std::string& a, const std::string& b) {
  const std::string text_a = with_lines(a);
  const std::string text_b = with_lines(b);
  const Lines lines_a = lines_of(text_a);
  const Lines lines_b = lines_of(text_b);
  std::map<std::string_view, std::size_t> known;
  const auto numbered = [&known](const Lines& lines) {
    std::vector<std::size_t> numbers;
    for (const std::string_view line : lines)
      numbers.push_back(known.emplace(line, known.size()).first->second);
    return numbers;
  };
  const auto numbers_a = numbered(lines_a);
  const auto numbers_b = numbered(lines_b);
  const auto steps = aligned(numbers_a, numbers_b, kMostEdits);
  if (!steps) return {fmt::format("more than {} lines differ", kMostEdits)};
  std::vector<std::string> result;
  for (const auto& [begin, end] : hunks_of(*steps)) {
    result.push_back(head_of(*steps, begin, end));
    for (std::size_t i = begin; i < end; ++i) {
      const SequenceStep& step = (*steps)[i];
      if (step.kind == Kind::both) result.push_back(shown(' ', lines_a[step.a]));
      if (step.kind == Kind::only_a) result.push_back(shown('-', lines_a[step.a]));
      if (step.kind == Kind::only_b) result.push_back(shown('+', lines_b[step.b]));
    }
    if (result.size() > kMostLines) {
      result.resize(kMostLines);
      result.emplace_back("more lines differ");
      break;
    }
  }
  return result;
}

}  // namespace tsctl
