#pragma once

#include <c10/util/Exception.h>

#include "tsctl/core/base/events.h"

namespace tsctl {

// As long as it lives, what code of a file says with warnings.warn() in this thread becomes a warning of `events`, which
// LibTorch would print in every call; without `events` it is dropped. Warnings of LibTorch itself are printed.
class ModelWarnings : public c10::WarningHandler {
 public:
  explicit ModelWarnings(Events* events) : events_(events) {}

  void process(const c10::Warning& warning) override;

 private:
  Events* events_;
  c10::WarningUtils::WarningHandlerGuard guard_{this};
};

}  // namespace tsctl
