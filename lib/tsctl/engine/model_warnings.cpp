#include "tsctl/engine/model_warnings.h"

#include <string>

namespace tsctl {

void ModelWarnings::process(const c10::Warning& warning) {
  if (events_ == nullptr) return;
  // The interpreter alone asks that its warnings be shown as they are.
  const std::string who = warning.verbatim() ? "the model" : "LibTorch";
  // Without the line: it is another one in each of the files that are made from one model.
  events_->warning({WarningCode::python_warning, who + " warns: " + warning.msg()});
}

}  // namespace tsctl
