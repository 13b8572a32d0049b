#pragma once

#include <c10/util/Exception.h>

#include "tsctl/core/base/events.h"

namespace tsctl {

// As long as it lives, what code of a file says with warnings.warn() in this thread, and what LibTorch warns of in it,
// becomes a warning of `events`. LibTorch would print it in every step. Without `events` it is dropped.
class ModelWarnings : public c10::WarningHandler {
 public:
  explicit ModelWarnings(Events* events) : events_(events) {}

  void process(const c10::Warning& warning) override;

 private:
  Events* events_;
  c10::WarningUtils::WarningHandlerGuard guard_{this};
};

}  // namespace tsctl
