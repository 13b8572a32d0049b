#include "tsctl/report/html/capture_html.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "tsctl/core/base/units.h"
#include "tsctl/report/html/html_page.h"
#include "tsctl/report/html/html_table.h"
#include "tsctl/report/text/inspect_text.h"

namespace tsctl {

namespace {

std::string seconds_or_nothing(double seconds) {
  return seconds > 0.0 ? seconds_text(seconds) : std::string();
}

std::string facts(const CaptureResult& capture) {
  const std::string weights = fmt::format("{}, {}", count_text(capture.parameter_count),
                                          bytes_text(capture.parameter_bytes));
  return html_facts({{"class", capture.class_name},
                     {"captured as", name_of(capture.mode)},
                     {"parameters", capture.parameter_count > 0 ? weights : std::string()},
                     {"inputs", capture.input_structure},
                     {"outputs", capture.output_structure},
                     {"adapter", capture.adapter},
                     {"torch", capture.torch_version},
                     {"Python", capture.python_version}});
}

// "3 of 4" calls equal eager mode.
std::string equal_calls(const CaptureAttempt& attempt, bool probe) {
  std::int64_t same = 0;
  std::int64_t all = 0;
  for (const CaptureComparison& call : attempt.comparisons) {
    const bool compared = call.status == CallOutcome::same || call.status == CallOutcome::differ ||
                          call.status == CallOutcome::raised;
    if (call.probe != probe || !compared) continue;
    ++all;
    same += call.status == CallOutcome::same ? 1 : 0;
  }
  return all == 0 ? std::string("-") : fmt::format("{} of {}", same, all);
}

std::string attempts_table(const CaptureResult& capture) {
  HtmlTable table(
      {"attempt", "result", ">equal on input sets", ">equal on probes", ">time", "why"});
  for (const CaptureAttempt& attempt : capture.attempts) {
    table.add_row({name_of(attempt.mode),
                   judged_cell(name_of(attempt.status), attempt.status == AttemptStatus::kept),
                   equal_calls(attempt, false), equal_calls(attempt, true),
                   seconds_or_nothing(attempt.seconds), attempt.reason});
  }
  return table.render();
}

std::string diagnosis_of(const CaptureAttempt& attempt) {
  std::string text;
  if (attempt.diagnosis) {
    const CaptureDiagnosis& found = *attempt.diagnosis;
    text += html_code(found.source_line);
    text +=
        html_facts({{"place", found.file.empty() ? std::string()
                                                 : fmt::format("{}:{}", found.file, found.line)},
                    {"cause", found.cause},
                    {"instead", found.change},
                    {"tracing", found.tracing},
                    {"more", "tsctl explain --problem " + found.problem}});
  }
  HtmlTable warnings({"warning", "place", "<instead"});
  for (const CaptureNotice& notice : attempt.warnings)
    warnings.add_row({notice.text, notice.place, notice.advice});
  HtmlTable wrong({"call", "result", "<why"});
  for (const CaptureComparison& call : attempt.comparisons) {
    if (call.status != CallOutcome::differ && call.status != CallOutcome::raised) continue;
    wrong.add_row({call.label.empty() ? "the input set" : call.label,
                   judged_cell(name_of(call.status), false), call.reason});
  }
  return text + wrong.render() + warnings.render();
}

std::string sizes_table(const std::vector<SizeGenerality>& sizes) {
  HtmlTable table({"input", ">axis", "dimension", ">size", "other sizes", "tried", "<why"});
  for (const SizeGenerality& size : sizes) {
    const std::string place =
        size.place.empty() ? size.reason
                           : size.place + (size.source_line.empty() ? "" : ": " + size.source_line);
    table.add_row({size.input, std::to_string(size.axis), size.dim,
                   std::to_string(size.captured_with),
                   name_of(size.status) + (size.without_one ? " except 1" : ""),
                   fmt::format("{}", fmt::join(size.tried, ", ")), place});
  }
  return table.render();
}

std::string parts_table(const std::vector<SubmoduleCapture>& parts) {
  HtmlTable table({"part", "class", "captured", "<why"});
  for (const SubmoduleCapture& part : parts) {
    table.add_row({part.path.empty() ? "(the model itself)" : part.path, part.class_name,
                   name_of(part.mode), part.reason});
  }
  return table.render();
}

}  // namespace

std::string html_from_capture(const CaptureResult& capture) {
  std::string text = facts(capture) + attempts_table(capture);
  for (const CaptureAttempt& attempt : capture.attempts)
    text += html_subsection("Attempt: " + name_of(attempt.mode), diagnosis_of(attempt));
  return text + html_subsection("Parts", parts_table(capture.submodules)) +
         html_subsection("Sizes", sizes_table(capture.generality));
}

std::string html_from_passes(const std::vector<PassRecord>& passes) {
  HtmlTable table(
      {"pass", "method", "result", ">nodes before", ">nodes after", ">time", "changes", "skipped"});
  for (const PassRecord& pass : passes) {
    std::vector<std::string> skipped;
    for (const PassSkip& skip : pass.skipped)
      skipped.push_back(fmt::format("{} at {}: {}", skip.operation, skip.place, skip.reason));
    table.add_row({pass.pass, pass.method, name_of(pass.status), std::to_string(pass.nodes_before),
                   std::to_string(pass.nodes_after), seconds_or_nothing(pass.seconds),
                   fmt::format("{}", fmt::join(pass.changes, "; ")),
                   fmt::format("{}", fmt::join(skipped, "; "))});
  }
  return table.render();
}

std::string html_from_findings(const std::vector<Finding>& findings) {
  HtmlTable table({"what", "status", "detail", "<how to get it"});
  for (const Finding& finding : findings) {
    table.add_row({finding.name,
                   judged_cell(name_of(finding.status), finding.status == FindingStatus::ok),
                   finding.detail, finding.hint});
  }
  return table.render();
}

std::string html_from_steps(const std::vector<StepRecord>& steps) {
  HtmlTable table({"step", "result", ">time", ">peak memory"});
  for (const StepRecord& step : steps) {
    table.add_row(
        {step.name, judged_cell(name_of(step.status), step.status == StepStatus::ok),
         seconds_text(step.seconds),
         step.peak_memory_bytes > 0 ? bytes_text(step.peak_memory_bytes) : std::string("-")});
  }
  return table.render();
}

}  // namespace tsctl
