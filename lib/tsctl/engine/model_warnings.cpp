#include "tsctl/engine/model_warnings.h"

namespace tsctl {

void ModelWarnings::process(const c10::Warning& warning) {
  // The interpreter alone asks that its warnings be shown as they are.
  if (!warning.verbatim()) return WarningHandler::process(warning);
  if (events_ == nullptr) return;
  // Without the line: it is another one in each of the files that are made from one model.
  events_->warning({WarningCode::python_warning, "the model warns: " + warning.msg()});
}

}  // namespace tsctl
