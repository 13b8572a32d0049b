#include "tsctl/report/text/capture_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "tsctl/core/base/units.h"
#include "tsctl/report/text/text_lines.h"
#include "tsctl/report/text/text_table.h"

namespace tsctl {

namespace {

// "3 of 4": calls on input sets, or on probes, on which the captured module equals eager.
std::string followed(const CaptureAttempt& attempt, bool probe) {
  const auto count = [&](CallOutcome status) {
    return std::ranges::count_if(attempt.comparisons, [&](const CaptureComparison& c) {
      return c.status == status && c.probe == probe;
    });
  };
  const auto same = count(CallOutcome::same);
  return fmt::format("{} of {}", same,
                     same + count(CallOutcome::differ) + count(CallOutcome::raised));
}

// The name of a status in words: "not general".
std::string status_words(AttemptStatus status) {
  std::string words = name_of(status);
  std::ranges::replace(words, '_', ' ');
  return words;
}

std::string attempt_summary(const CaptureAttempt& attempt) {
  std::string text = name_of(attempt.mode) + " " + status_words(attempt.status);
  if (!attempt.comparisons.empty()) {
    text += fmt::format(": equals eager on {} input sets and {} probes", followed(attempt, false),
                        followed(attempt, true));
  }
  return text;
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
    text += line("", fmt::format("  and {} more warnings (-v)", attempt.warnings.size() - listed));
  }
  return text;
}

std::string attempt_text(const CaptureAttempt& attempt, bool verbose) {
  std::string text = line("capture", attempt_summary(attempt));
  if (!attempt.remedy.empty()) text += indented("", attempt.remedy);
  if (!attempt.reason.empty()) text += line("", attempt.reason);
  if (attempt.diagnosis) text += diagnosis_text(*attempt.diagnosis);
  std::size_t listed = 0;
  for (const CaptureComparison& comparison : attempt.comparisons) {
    const bool wrong =
        comparison.status == CallOutcome::differ || comparison.status == CallOutcome::raised;
    if (!verbose && (!wrong || ++listed > kMaxListed)) continue;
    text += line("", fmt::format("  {}: {}{}{}",
                                 comparison.label.empty() ? "the input set" : comparison.label,
                                 name_of(comparison.status), comparison.reason.empty() ? "" : ", ",
                                 comparison.reason));
  }
  if (listed > kMaxListed) text += line("", fmt::format("  and {} more (-v)", listed - kMaxListed));
  text += notices_text(attempt, verbose);
  for (const std::string& fixed : attempt.fixed) text += line("", "  fixed: " + fixed);
  return text;
}

std::string generality_of(const SizeGenerality& size) {
  switch (size.status) {
    case SizeStatus::general:
      if (size.up_to)
        return fmt::format("general between {} and {}", size.without_one ? 2 : 1, *size.up_to);
      return fmt::format("general{} ({} tried)", size.without_one ? " except 1" : "",
                         fmt::join(size.tried, ", "));
    case SizeStatus::refused:
      return "as given: eager accepts no other size";
    case SizeStatus::not_tried:
      return "not tried at other sizes";
    case SizeStatus::fixed:
      break;
  }
  std::string text = "fixed";
  if (!size.place.empty()) text += " by " + size.place;
  if (!size.source_line.empty()) text += fmt::format(" `{}`", size.source_line);
  if (size.place.empty() && !size.reason.empty()) text += ": " + size.reason;
  return text;
}

std::string generality_text(const std::vector<SizeGenerality>& generality, std::size_t width) {
  if (generality.empty()) return {};
  TextTable table({"input", "axis", ">size", "other sizes"});
  for (const SizeGenerality& size : generality) {
    table.add_row({size.input,
                   std::to_string(size.axis) + (size.dim.empty() ? "" : " (" + size.dim + ")"),
                   std::to_string(size.captured_with), generality_of(size)});
  }
  return table.render(kLabelWidth, width);
}

// The constants of the kept attempt only: those of other attempts are not in the file.
std::string baked_text(const CaptureResult& capture) {
  std::string text;
  for (const CaptureAttempt& attempt : capture.attempts) {
    if (attempt.status != AttemptStatus::kept) continue;
    for (const BakedConstant& constant : attempt.baked) {
      text += line("constant",
                   name_of(constant.kind) + " " + constant.value + " in " + constant.op +
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
        part.path.empty() ? 0 : static_cast<std::size_t>(std::ranges::count(part.path, '.')) + 1;
    const std::string name = part.path.empty() ? "model" : part.path;
    text += line(text.empty() ? "parts" : "", std::string(2 * depth, ' ') + name + " (" +
                                                  part.class_name + "): " + name_of(part.mode) +
                                                  (part.reason.empty() ? "" : ", " + part.reason));
  }
  return text;
}

// How many items of a list the summary shows, and a line that counts the others.
std::ptrdiff_t shown(std::size_t count) {
  return static_cast<std::ptrdiff_t>(std::min(count, kMaxListed));
}

std::string more_text(std::size_t count, const std::string& what) {
  return count <= kMaxListed
             ? ""
             : line("", fmt::format("and {} more {} (-v)", count - kMaxListed, what));
}

std::string weights_text(const CaptureResult& capture) {
  if (!capture.weights_seed || capture.parameter_count == 0) return {};
  return line("weights", fmt::format("made by the model itself, with seed {}; --weights FILE loads "
                                     "others",
                                     *capture.weights_seed));
}

std::string axis_name(const SizeGenerality& size) {
  return size.dim.empty() ? fmt::format("{} axis {}", size.input, size.axis) : size.dim;
}

// "general in B (up to 77), x axis 2".
std::string general_sizes(const CaptureResult& capture) {
  std::vector<std::string> names;
  for (const SizeGenerality& size : capture.generality) {
    if (size.status != SizeStatus::general) continue;
    names.push_back(axis_name(size) + (size.up_to ? fmt::format(" (up to {})", *size.up_to) : ""));
  }
  if (names.empty()) return {};
  const std::size_t more = names.size() - std::min(names.size(), kMaxListed);
  names.resize(names.size() - more);
  return "; general in " + joined(names, ", ") +
         (more > 0 ? fmt::format(" and {} more", more) : "");
}

}  // namespace

std::string capture_summary(const CaptureResult& capture) {
  std::string text;
  for (const CaptureAttempt& attempt : capture.attempts) {
    if (attempt.status == AttemptStatus::kept) {
      text += line("capture", attempt_summary(attempt) + general_sizes(capture));
      for (const std::string& fixed : attempt.fixed) text += line("", "fixed: " + fixed);
    } else {
      text += line("capture", attempt_summary(attempt));
      if (!attempt.reason.empty()) text += line("", attempt.reason);
    }
  }
  std::vector<SubmoduleCapture> parts = capture.submodules;
  std::erase_if(parts, [](const SubmoduleCapture& part) {
    return !part.path.empty() && part.mode == SubmoduleMode::inside;
  });
  text += submodules_text({parts.begin(), parts.begin() + shown(parts.size())});
  text += more_text(parts.size(), "parts");
  std::vector<std::string> fixed;
  for (const SizeGenerality& size : capture.generality) {
    if (size.status != SizeStatus::fixed) continue;
    fixed.push_back(line("", fmt::format("{} works with {} only: {}", axis_name(size),
                                         size.captured_with, generality_of(size))));
  }
  for (std::ptrdiff_t i = 0; i < shown(fixed.size()); ++i)
    text += fixed[static_cast<std::size_t>(i)];
  return text + more_text(fixed.size(), "fixed sizes") + weights_text(capture);
}

std::string capture_text(const CaptureResult& capture, bool verbose, std::size_t width) {
  std::string text;
  for (const CaptureAttempt& attempt : capture.attempts) text += attempt_text(attempt, verbose);
  text += submodules_text(capture.submodules);
  text += generality_text(capture.generality, width);
  // Reports of earlier versions have only this.
  if (capture.generality.empty() && !capture.not_checked.empty()) {
    text += line("not checked", joined(capture.not_checked, "; "));
  }
  if (verbose) text += baked_text(capture);
  if (!capture.adapter.empty()) text += line("adapter", capture.adapter);
  if (capture.parameter_count > 0) {
    text +=
        line("model", fmt::format("{}, {} parameters, {}", capture.class_name,
                                  capture.parameter_count, bytes_text(capture.parameter_bytes)));
  }
  return text + weights_text(capture);
}

}  // namespace tsctl
