#include "tsctl/report/html/verify_html.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>

#include "tsctl/core/base/units.h"
#include "tsctl/core/rtol_text.h"
#include "tsctl/report/html/html_page.h"
#include "tsctl/report/html/html_table.h"
#include "tsctl/report/text/inspect_text.h"
#include "tsctl/report/text/verify_text.h"

namespace tsctl {

namespace {

HtmlCell match_cell(Match match) { return judged_cell(name_of(match), match == Match::same); }

std::string place_of(const OutputComparison& output) {
  if (output.index.empty()) return {};
  std::string text = "at " + shape_text(output.index);
  if (output.reference_value && output.candidate_value) {
    text += fmt::format(": {} against {}", number_text(*output.reference_value),
                        number_text(*output.candidate_value));
  }
  return text;
}

// An output in the calls of an input set in which its numbers are the same.
struct OutputRow {
  std::string set = {};
  const OutputComparison* output = nullptr;
  std::vector<int> calls = {};
};

bool look_alike(const OutputComparison& left, const OutputComparison& right) {
  return left.output == right.output && left.status == right.status &&
         left.detail == right.detail && left.max_abs == right.max_abs &&
         left.max_rel == right.max_rel && left.index == right.index;
}

std::vector<OutputRow> rows_of(const VerifyResult& result) {
  std::vector<OutputRow> rows;
  for (const CallComparison& call : result.calls) {
    for (const OutputComparison& output : call.outputs) {
      auto known = std::ranges::find_if(rows, [&](const OutputRow& row) {
        return row.set == call.set && look_alike(*row.output, output);
      });
      if (known == rows.end()) known = rows.insert(rows.end(), {call.set, &output});
      if (std::ranges::find(known->calls, call.call) == known->calls.end())
        known->calls.push_back(call.call);
    }
  }
  return rows;
}

std::string outputs_table(const VerifyResult& result) {
  HtmlTable table({"input set", "calls", "output", "type", "outputs", ">max difference",
                   ">relative to the largest value", ">rtol", ">would pass at rtol",
                   "<where and why"});
  for (const OutputRow& row : rows_of(result)) {
    const OutputComparison& output = *row.output;
    std::string note = place_of(output);
    if (!output.detail.empty()) note += (note.empty() ? "" : "; ") + output.detail;
    table.add_row(
        {row.set, fmt::format("{}", fmt::join(row.calls, ", ")), output.output,
         output.dtype.empty() ? "" : output.dtype + " " + shape_text(output.shape),
         match_cell(output.status),
         HtmlCell(number_text(output.max_abs), number_text(output.max_rel) + " of its own value"),
         number_text(output.max_abs_to_peak), number_text(output.rtol),
         rtol_text(output.would_pass_rtol), note});
  }
  return table.render();
}

std::string first_difference(const SubmoduleDifference& first) {
  if (first.path.empty())
    return html_paragraph("No single submodule explains the difference: " + first.reason);
  return html_paragraph(fmt::format("First differs in {} ({}), called with eager's inputs: {}",
                                    first.path, first.class_name, first.reason));
}

}  // namespace

std::string html_from_verify(const std::vector<VerifyResult>& results) {
  HtmlTable summary(
      {"candidate", "reference", "outputs", ">max difference", ">would pass at rtol", "calls"});
  std::string parts;
  for (const VerifyResult& result : results) {
    summary.add_row({result.candidate, result.reference, match_cell(result.status),
                     max_difference_text(result), rtol_text(result.would_pass_rtol),
                     fmt::format("{}", fmt::join(result.calls_checked, ", "))});
    std::string part = outputs_table(result);
    if (result.first_submodule) part += first_difference(*result.first_submodule);
    parts += html_subsection(result.candidate + " against " + result.reference, part);
  }
  return summary.render() + parts;
}

std::string html_from_run(const RunResult& run) {
  HtmlTable table({"input set", "output", "dtype", "shape", ">minimum", ">maximum", ">mean",
                   ">not finite", "value"});
  for (const OutputSummary& output : run.outputs) {
    const bool tensor = !output.dtype.empty();
    table.add_row({output.set, output.output, output.dtype,
                   tensor ? shape_text(output.shape) : std::string(), number_text(output.minimum),
                   number_text(output.maximum), number_text(output.mean),
                   tensor ? std::to_string(output.nonfinite) : std::string(), output.value});
  }
  return table.render();
}

}  // namespace tsctl
