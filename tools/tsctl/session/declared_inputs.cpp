#include "session/declared_inputs.h"

#include <fmt/format.h>

#include <string_view>
#include <vector>

#include "tsctl/core/base/error.h"
#include "tsctl/core/inputs/input_spec.h"
#include "tsctl/report/text/text_lines.h"

namespace tsctl {

namespace {

// The specs in full, with the dtype that a short one means.
std::string specs_text(const std::vector<std::string>& specs) {
  std::vector<std::string> texts;
  for (const std::string& spec : specs) {
    try {
      texts.push_back(text_from_input_spec(input_spec_from_text(spec)));
    } catch (const Error&) {
      texts.push_back(spec);  // of a file that another version wrote
    }
  }
  return joined(texts, ", ");
}

}  // namespace

std::string declared_inputs_text(const InputsInfo& inputs) {
  const std::string given =
      inputs.plan.file.empty() ? specs_text(inputs.plan.specs) : "--inputs " + inputs.plan.file;
  const std::string declared = specs_text(inputs.declared);
  if (given.empty() && declared.empty()) return "tsctl inspect shows what the file declares";
  if (declared.empty()) return "the input is " + given;
  if (declared == given) return "the file declares " + declared;
  return fmt::format("the file declares {}, the input is {}", declared, given);
}

void name_declared_inputs(ErrorInfo& error, const InputsInfo& inputs) {
  const std::size_t at = error.hint.find(kDeclaredInputs);
  if (at == std::string::npos) return;
  error.about_inputs = true;
  error.hint.replace(at, std::string_view(kDeclaredInputs).size(), declared_inputs_text(inputs));
}

}  // namespace tsctl
