#include "tsctl/process/graphviz.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "tsctl/core/base/error.h"
#include "tsctl/core/base/file_descriptor.h"
#include "tsctl/process/child.h"
#include "tsctl/process/spawn.h"

namespace tsctl {

namespace {

constexpr int kPollMs = 100;
constexpr const char* kInstead = "write the graph in Graphviz's language instead: --dot FILE";

ProcessEnd end_of(ChildProcess& child, double timeout_s, const std::function<void()>& check) {
  const Deadline deadline = deadline_in(timeout_s);
  while (!child.has_ended()) {
    pollfd watched = {child.descriptor(), POLLIN, 0};
    poll(&watched, 1, std::min(kPollMs, milliseconds_until(deadline)));
    check();
    if (has_passed(deadline) && !child.has_ended()) {
      throw Error(ErrorKind::environment,
                  fmt::format("Graphviz's dot did not end within {} s (--timeout)", timeout_s),
                  fmt::format("the graph is large: raise --timeout, or {}", kInstead));
    }
  }
  return child.end();
}

}  // namespace

void draw_with_graphviz(const std::string& dot_file, const std::string& svg_file, double timeout_s,
                        const std::function<void()>& check) {
  const FileDescriptor nowhere(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  SpawnSetup setup;
  setup.pass_descriptor(nowhere.get(), STDOUT_FILENO);
  setup.pass_descriptor(nowhere.get(), STDERR_FILENO);
  ChildProcess child;
  const int code = child.start(setup, "dot", {"dot", "-Tsvg", "-o", svg_file, dot_file});
  if (code != 0) {
    throw Error(ErrorKind::environment,
                fmt::format("--svg needs Graphviz's program dot, which cannot be started: {}",
                            std::strerror(code)),
                fmt::format("install it, such as with apt-get install graphviz, or {}", kInstead));
  }
  const ProcessEnd end = end_of(child, timeout_s, check);
  if (end.signal != 0 || end.exit_status != 0) {
    throw Error(ErrorKind::environment, "Graphviz's dot could not draw the graph",
                fmt::format("{}, and run dot on it to see why", kInstead));
  }
}

}  // namespace tsctl
