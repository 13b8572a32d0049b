#include "tsctl/process/interrupt.h"

#include <fmt/format.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "tsctl/core/base/error.h"
#include "tsctl/core/base/system_limit.h"

namespace tsctl {

Interrupt::Interrupt() {
  sigset_t caught;
  sigemptyset(&caught);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {  // SIGHUP: a closed terminal
    // A blocked signal stays pending even if it is ignored, which would interrupt nohup and background jobs.
    struct sigaction action = {};
    if (sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN) continue;
    sigaddset(&caught, signal);
  }
  sigprocmask(SIG_BLOCK, &caught, &before_);
  fd_ = FileDescriptor(signalfd(-1, &caught, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd_.valid()) {
    const int code = errno;
    sigprocmask(SIG_SETMASK, &before_, nullptr);
    throw Error(ErrorKind::environment,
                fmt::format("signals cannot be watched: {}", std::strerror(code)),
                hint_for_limit(code, "this needs signalfd, which Linux has"));
  }
}

Interrupt::~Interrupt() {
  // A signal after the last check is too late to stop anything; if it stayed unread, it would end the process here.
  signalfd_siginfo late = {};
  while (::read(fd_.get(), &late, sizeof late) == static_cast<ssize_t>(sizeof late)) {
  }
  fd_.close();
  sigprocmask(SIG_SETMASK, &before_, nullptr);
}

void Interrupt::check() {
  signalfd_siginfo info = {};
  if (::read(fd_.get(), &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
    throw Interrupted{static_cast<int>(info.ssi_signo)};
  }
}

}  // namespace tsctl
