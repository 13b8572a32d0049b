#include "tsctl/report/text/verify_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "tsctl/core/base/units.h"
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
    text += ", would pass at rtol " + number_text(*output.would_pass_rtol);
  } else if (output.status == Match::differ) {
    text += ", would not pass at any rtol";
  }
  if (!output.detail.empty()) text += "; " + output.detail;
  return text;
}

// A line of a comparison, and the calls that it holds for.
struct OutputLine {
  std::string set = {};
  std::vector<std::string> calls = {};
  std::string text = {};
};

// Most calls of a set differ by the same numbers: one line shows them all.
std::vector<OutputLine> output_lines(const VerifyResult& result, bool verbose) {
  std::vector<OutputLine> lines;
  for (const CallComparison& call : result.calls) {
    for (const OutputComparison& output : call.outputs) {
      if (output.status == Match::same && !verbose) continue;
      OutputLine line{.set = call.set, .text = output_text(output)};
      if (!call.kernel.empty()) line.text += ", with the kernel " + call.kernel;
      const auto equal = [&](const OutputLine& other) {
        return other.set == line.set && other.text == line.text;
      };
      auto known = std::ranges::find_if(lines, equal);
      if (known == lines.end()) known = lines.insert(lines.end(), line);
      known->calls.push_back(std::to_string(call.call));
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
      fmt::format("{} against {}: {}, max difference {}", result.candidate, result.reference,
                  styled(result.status), number_text(result.max_abs));
  if (result.would_pass_rtol)
    text += ", would pass at rtol " + number_text(*result.would_pass_rtol);
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

std::string verify_text(const VerifyResult& result, bool verbose) {
  std::string text = summary_text(result);
  for (const OutputLine& output : output_lines(result, verbose)) {
    text += line(
        "", fmt::format("{}{}{}: {}", output.set, output.set.empty() ? "" : ", ",
                        (output.calls.size() > 1 ? "calls " : "call ") + joined(output.calls, ", "),
                        output.text));
  }
  if (result.first_submodule) text += submodule_text(*result.first_submodule);
  return text;
}

}  // namespace tsctl
