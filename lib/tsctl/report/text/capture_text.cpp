#include "tsctl/report/text/capture_text.h"

#include <algorithm>
#include <string_view>

#include "tsctl/core/base/units.h"
#include "tsctl/report/text/text_lines.h"
#include "tsctl/report/text/text_table.h"

namespace tsctl {

namespace {

// "3 of 4 input sets", or nothing where there are none.
std::string followed(const CaptureAttempt& attempt, bool probe, const std::string& of) {
  const auto count = [&](const std::string& status) {
    return std::count_if(
        attempt.comparisons.begin(), attempt.comparisons.end(),
        [&](const CaptureComparison& c) { return c.status == status && c.probe == probe; });
  };
  const auto same = count("same");
  return std::to_string(same) + " of " + std::to_string(same + count("differ") + count("raised")) +
         " " + of;
}

std::string attempt_line(const CaptureAttempt& attempt) {
  std::string text = attempt.mode + " " + attempt.status;
  if (!attempt.comparisons.empty()) {
    text += ": equals eager on " + followed(attempt, false, "input sets") + " and " +
            followed(attempt, true, "probes");
  }
  return line("capture", text);
}

// A text of several lines, each below the label's column.
std::string indented(const std::string& label, const std::string& text) {
  std::string result;
  std::size_t begin = 0;
  while (begin <= text.size()) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    result += line("", (begin == 0 ? label : std::string(label.size(), ' ')) +
                           text.substr(begin, end - begin));
    begin = end + 1;
  }
  return result;
}

std::string diagnosis_text(const CaptureDiagnosis& diagnosis) {
  std::string text;
  if (!diagnosis.source_line.empty()) text += indented("  the line:  ", diagnosis.source_line);
  if (!diagnosis.change.empty()) text += indented("  instead:   ", diagnosis.change);
  if (!diagnosis.tracing.empty()) text += indented("  tracing:   ", diagnosis.tracing);
  return text + indented("  more:      ", "tsctl explain --problem " + diagnosis.problem);
}

std::string notices_text(const CaptureAttempt& attempt, bool verbose) {
  std::string text;
  const std::size_t listed =
      verbose ? attempt.warnings.size() : std::min(kMaxListed, attempt.warnings.size());
  for (std::size_t i = 0; i < listed; ++i) {
    const CaptureNotice& notice = attempt.warnings[i];
    text += line("", "  warning: " + notice.text);
    if (!notice.advice.empty()) text += line("", "    instead: " + notice.advice);
  }
  if (listed < attempt.warnings.size()) {
    text += line(
        "", "  and " + std::to_string(attempt.warnings.size() - listed) + " more warnings (-v)");
  }
  return text;
}

std::string attempt_text(const CaptureAttempt& attempt, bool verbose) {
  std::string text = attempt_line(attempt);
  if (!attempt.reason.empty()) text += line("", attempt.reason);
  if (attempt.diagnosis) text += diagnosis_text(*attempt.diagnosis);
  std::size_t listed = 0;
  for (const CaptureComparison& comparison : attempt.comparisons) {
    const bool wrong = comparison.status == "differ" || comparison.status == "raised";
    if (!verbose && (!wrong || ++listed > kMaxListed)) continue;
    text += line("", "  " + (comparison.label.empty() ? "the input set" : comparison.label) + ": " +
                         comparison.status +
                         (comparison.reason.empty() ? "" : ", " + comparison.reason));
  }
  if (listed > kMaxListed) {
    text += line("", "  and " + std::to_string(listed - kMaxListed) + " more (-v)");
  }
  text += notices_text(attempt, verbose);
  for (const std::string& fixed : attempt.fixed) text += line("", "  fixed: " + fixed);
  return text;
}

std::string sizes_text(const std::vector<std::int64_t>& sizes) {
  std::vector<std::string> texts;
  for (const std::int64_t size : sizes) texts.push_back(std::to_string(size));
  return joined(texts, ", ");
}

std::string generality_of(const SizeGenerality& size) {
  if (size.status == "general") return "general (" + sizes_text(size.tried) + " tried)";
  if (size.status == "refused") return "as given: eager takes no other size";
  if (size.status == "not_tried") return "not tried at other sizes";
  std::string text = "fixed";
  if (!size.place.empty()) text += " by " + size.place;
  if (!size.source_line.empty()) text += " `" + size.source_line + "`";
  if (size.place.empty() && !size.reason.empty()) text += ": " + size.reason;
  return text;
}

std::string generality_text(const std::vector<SizeGenerality>& generality) {
  if (generality.empty()) return {};
  TextTable table({"input", "axis", ">size", "other sizes"});
  for (const SizeGenerality& size : generality) {
    table.add_row({size.input,
                   std::to_string(size.axis) + (size.dim.empty() ? "" : " (" + size.dim + ")"),
                   std::to_string(size.captured_with), generality_of(size)});
  }
  return table.render(kLabelWidth);
}

// The kept attempt's; those that were found in another say nothing about the file.
std::string baked_text(const CaptureResult& capture) {
  std::string text;
  for (const CaptureAttempt& attempt : capture.attempts) {
    if (attempt.status != "kept") continue;
    for (const BakedConstant& constant : attempt.baked) {
      text += line("constant",
                   constant.kind + " " + constant.value + " in " + constant.op +
                       (constant.place.empty() ? "" : " at " + constant.place) +
                       (constant.source_line.empty() ? "" : " `" + constant.source_line + "`"));
    }
  }
  return text;
}

std::string submodules_text(const std::vector<SubmoduleCapture>& submodules) {
  std::string text;
  for (const SubmoduleCapture& part : submodules) {
    const auto depth =
        part.path.empty()
            ? 0
            : static_cast<std::size_t>(std::count(part.path.begin(), part.path.end(), '.')) + 1;
    const std::string name = part.path.empty() ? "model" : part.path;
    text += line(text.empty() ? "parts" : "", std::string(2 * depth, ' ') + name + " (" +
                                                  part.class_name + "): " + part.mode +
                                                  (part.reason.empty() ? "" : ", " + part.reason));
  }
  return text;
}

}  // namespace

std::string capture_text(const CaptureResult& capture, bool verbose) {
  std::string text;
  for (const CaptureAttempt& attempt : capture.attempts) text += attempt_text(attempt, verbose);
  text += submodules_text(capture.submodules);
  text += generality_text(capture.generality);
  // Reports of earlier versions have only this.
  if (capture.generality.empty() && !capture.not_checked.empty()) {
    text += line("not checked", joined(capture.not_checked, "; "));
  }
  if (verbose) text += baked_text(capture);
  if (!capture.adapter.empty()) text += line("adapter", capture.adapter);
  if (capture.parameter_count > 0) {
    text += line("model", capture.class_name + ", " + std::to_string(capture.parameter_count) +
                              " parameters, " + bytes_text(capture.parameter_bytes));
  }
  return text;
}

}  // namespace tsctl
