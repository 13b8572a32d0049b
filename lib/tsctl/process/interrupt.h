#pragma once

#include <csignal>

#include "tsctl/core/base/file_descriptor.h"

namespace tsctl {

// Turns SIGINT, SIGTERM and SIGHUP into events of a descriptor: while an object lives, those of them that are not
// ignored are blocked and readable at fd(). Children are spawned with an empty signal mask, so they are not affected.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  int fd() const noexcept { return fd_.get(); }

  // Throws Interrupted if a signal has arrived; does not wait.
  void check();

 private:
  FileDescriptor fd_ = {};
  sigset_t before_ = {};
};

// The user ended the run. Not an Error: nothing failed.
struct Interrupted {
  int signal = 0;
};

}  // namespace tsctl
