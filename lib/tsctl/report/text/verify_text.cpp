#include "tsctl/report/text/verify_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "tsctl/core/base/units.h"
#include "tsctl/core/rtol_text.h"
#include "tsctl/report/text/inspect_text.h"
#include "tsctl/report/text/style.h"
#include "tsctl/report/text/text_lines.h"

namespace tsctl {

namespace {

// Whether the numbers of the two sides were compared.
bool has_numbers(const OutputComparison& output) {
  return !output.reason || output.reason == DifferenceReason::values ||
         output.reason == DifferenceReason::nan;
}

std::string styled(Match status) {
  return status == Match::same ? good(name_of(status)) : bad(name_of(status));
}

std::string output_text(const OutputComparison& output) {
  // An output that is not a tensor has no dtype and no shape.
  std::string text = output.output;
  if (!output.dtype.empty()) text += fmt::format(" {} {}", output.dtype, shape_text(output.shape));
  text += ": " + styled(output.status);
  if (!has_numbers(output))
    return text + fmt::format(", {}: {}", name_of(output.reason), output.detail);

  text += fmt::format(", max difference {} ({} of the largest value, {} of its own)",
                      number_text(output.max_abs), number_text(output.max_abs_to_peak),
                      number_text(output.max_rel));
  if (!output.index.empty()) text += " at " + shape_text(output.index);
  if (output.reference_value && output.candidate_value) {
    text += fmt::format(": {} against {}", number_text(*output.reference_value),
                        number_text(*output.candidate_value));
  }
  text += "; rtol " + number_text(output.rtol);
  if (output.atol > 0) text += ", atol " + number_text(output.atol);
  if (output.would_pass_rtol) {
    text += ", would pass at rtol " + rtol_text(*output.would_pass_rtol);
  } else if (output.status == Match::differ) {
    text += ", would not pass at any rtol";
  }
  if (!output.detail.empty()) text += "; " + output.detail;
  return text;
}

// A line of a comparison, and the calls and kernels that it holds for.
struct OutputLine {
  std::string set = {};
  std::string text = {};
  std::vector<std::string> calls = {};
  std::vector<std::string> kernels = {};  // empty if the layers ran the kernels that they chose
};

std::string text_of(const OutputLine& output) {
  const bool several = output.calls.size() > 1;
  std::string text =
      fmt::format("{}{}{} {}: {}", output.set, output.set.empty() ? "" : ", ",
                  several ? "calls" : "call", joined(output.calls, ", "), output.text);
  if (output.kernels.empty()) return text;
  return text + fmt::format(", with the kernel{} {}", output.kernels.size() > 1 ? "s" : "",
                            joined(output.kernels, ", "));
}

void add_once(std::vector<std::string>& items, const std::string& item) {
  if (std::ranges::find(items, item) == items.end()) items.push_back(item);
}

// Most calls of a set differ by the same numbers, and so do most kernels: one line shows them all. The calls without a
// forced kernel come first; what differs in the same way with one says nothing new.
std::vector<OutputLine> output_lines(const VerifyResult& result, bool verbose) {
  std::vector<OutputLine> lines;
  for (const CallComparison& call : result.calls) {
    for (const OutputComparison& output : call.outputs) {
      if (output.status == Match::same && !verbose) continue;
      const OutputLine line{.set = call.set, .text = output_text(output)};
      const auto equal = [&](const OutputLine& other) {
        return other.set == line.set && other.text == line.text;
      };
      auto known = std::ranges::find_if(lines, equal);
      const bool is_new = known == lines.end();
      if (is_new) known = lines.insert(lines.end(), line);
      const bool shown_without_kernel = !is_new && known->kernels.empty();
      if (!call.kernel.empty() && shown_without_kernel) continue;
      add_once(known->calls, std::to_string(call.call));
      if (!call.kernel.empty()) add_once(known->kernels, call.kernel);
    }
  }
  return lines;
}

// The kernels of a file with packed layers.
std::string kernels_text(const std::vector<KernelComparison>& kernels) {
  if (kernels.empty()) return {};
  std::vector<std::string> parts;
  for (const KernelComparison& kernel : kernels) {
    parts.push_back(fmt::format("{} {} ({})", kernel.kernel, styled(kernel.status),
                                counted(kernel.layers, "layer")));
  }
  return line("", fmt::format("each kernel of its packed layers: {}", fmt::join(parts, ", ")));
}

std::string summary_text(const VerifyResult& result) {
  std::string text =
      fmt::format("{} against {}: {}", result.candidate, result.reference, styled(result.status));
  if (compares_numbers(result)) text += ", max difference " + max_difference_text(result);
  if (result.would_pass_rtol) text += ", would pass at rtol " + rtol_text(*result.would_pass_rtol);
  if (!result.calls_checked.empty())
    text += fmt::format(" (calls {})", fmt::join(result.calls_checked, ", "));
  return line("verify", text) + kernels_text(result.kernels);
}

std::string submodule_text(const SubmoduleDifference& first) {
  if (first.path.empty())
    return line("", "no single submodule explains the difference: " + first.reason);
  return line("", fmt::format("first differs in {} ({}), called with eager's inputs: {}",
                              first.path, first.class_name, first.reason));
}

}  // namespace

bool compares_numbers(const VerifyResult& result) {
  // Calls without differences may be left out.
  if (result.calls.empty()) return true;
  return std::ranges::any_of(result.calls, [](const CallComparison& call) {
    return call.outputs.empty() || std::ranges::any_of(call.outputs, has_numbers);
  });
}

std::string max_difference_text(const VerifyResult& result) {
  return compares_numbers(result) ? number_text(result.max_abs) : "-";
}

std::string verify_text(const VerifyResult& result, bool verbose) {
  std::string text = summary_text(result);
  for (const OutputLine& output : output_lines(result, verbose)) text += line("", text_of(output));
  if (result.first_submodule) text += submodule_text(*result.first_submodule);
  return text;
}

}  // namespace tsctl
