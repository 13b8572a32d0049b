#include "tsctl/report/text/suggestion_text.h"

#include <fmt/format.h>

#include "tsctl/core/base/units.h"
#include "tsctl/report/text/style.h"
#include "tsctl/report/text/text_lines.h"

namespace tsctl {

namespace {

std::string code_text(const std::string& language, const std::vector<std::string>& code) {
  std::string text;
  for (const std::string& row : code)
    text += line("", fmt::format("  {:<8}{}", text.empty() ? language : "", row));
  return text;
}

std::string gain_text(const Suggestion& suggestion) {
  std::string what = fmt::format(
      "{}: {} times as fast as the file alone; no file can carry it", good(suggestion.setting),
      ratio_interval_text(suggestion.speedup, suggestion.speedup_low, suggestion.speedup_high));
  if (!suggestion.convert_with.empty())
    what += fmt::format(", and it needs a file made with {}", suggestion.convert_with);
  return line("suggest", what + ". Set it before the file is loaded:") +
         code_text("C++", suggestion.cpp) + code_text("Python", suggestion.python);
}

std::string other_text(const Suggestion& suggestion) {
  if (suggestion.speedup) {
    return fmt::format(
        "{} {}", suggestion.setting,
        ratio_interval_text(suggestion.speedup, suggestion.speedup_low, suggestion.speedup_high));
  }
  return fmt::format("{} ({})", suggestion.setting,
                     suggestion.reason.empty() ? "not timed" : suggestion.reason);
}

std::string fault_text(BisectFault fault) {
  return fault == BisectFault::speed ? "the file is slower" : "the outputs differ";
}

std::string rewrite_text(const Rewrite& rewrite) {
  std::string text = rewrite.pass;
  if (!rewrite.operation.empty())
    text += fmt::format(" on {} at {}", rewrite.operation, rewrite.place);
  if (!rewrite.method.empty() && rewrite.method != "forward")
    text += fmt::format(" in {}", rewrite.method);
  return text;
}

}  // namespace

std::string suggestions_text(const std::vector<Suggestion>& suggestions) {
  std::string text;
  std::vector<std::string> others;
  for (const Suggestion& suggestion : suggestions) {
    if (suggestion.gains) {
      text += gain_text(suggestion);
    } else {
      others.push_back(other_text(suggestion));
    }
  }
  if (others.empty()) return text;
  const std::string none =
      text.empty() ? "no setting makes the file faster" : "no other setting makes the file faster";
  return text + line("suggest", none + ": " + joined(others, ", "));
}

std::string bisect_text(const BisectResult& bisect) {
  if (bisect.fault == BisectFault::none) {
    return line("bisect", fmt::format("no fault found: with {} the outputs are the same{}",
                                      counted(bisect.rewrites, "rewrite"),
                                      bisect.timed ? ", and the file is not slower" : ""));
  }
  if (bisect.guilty == 0) {
    return line(
        "bisect",
        fmt::format(
            "no rewrite causes this: {} even without any rewrite, when the model is only frozen",
            fault_text(bisect.fault)));
  }
  return line("bisect",
              fmt::format("{}: rewrite {} of {}; {} from it on. --disable-pass {} leaves it out",
                          bad(rewrite_text(bisect.rewrite)), bisect.guilty, bisect.rewrites,
                          fault_text(bisect.fault), bisect.rewrite.pass));
}

}  // namespace tsctl
