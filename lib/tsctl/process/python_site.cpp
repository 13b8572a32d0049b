#include "tsctl/process/python_site.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <sstream>
#include <utility>

#include "tsctl/core/base/build_info.h"
#include "tsctl/core/base/error.h"
#include "tsctl/core/base/file_descriptor.h"
#include "tsctl/core/base/python_variables.h"
#include "tsctl/core/base/system_limit.h"
#include "tsctl/process/child.h"
#include "tsctl/process/spawn.h"
#include "tsctl/report/json/json.h"

namespace tsctl {

namespace {

// Prints the members of PythonSite as one JSON line.
constexpr const char* kQuestion = R"python(
import sys
sys.path[:] = [path for path in sys.path if path]  # a json.py in the current folder is not meant
import glob, importlib.metadata, importlib.util, json, os, sysconfig
try:
    torch = importlib.metadata.version("torch").split("+")[0]
except importlib.metadata.PackageNotFoundError:
    torch = ""
library = ""
if sysconfig.get_config_var("Py_ENABLE_SHARED"):
    name = sysconfig.get_config_var("INSTSONAME") or sysconfig.get_config_var("LDLIBRARY")
    folders = [sysconfig.get_config_var("LIBDIR"), os.path.join(sysconfig.get_config_var("LIBDIR"),
               sysconfig.get_config_var("MULTIARCH") or ""), os.path.join(sys.base_prefix, "lib")]
    paths = [os.path.join(folder, name) for folder in folders if folder]
    library = next((path for path in paths if os.path.exists(path)), "")
def libraries(package, patterns):  # found without importing the package
    spec = importlib.util.find_spec(package)
    folders = spec.submodule_search_locations if spec else []
    return sorted(path for folder in folders for pattern in patterns for path in glob.glob(os.path.join(folder, pattern)))
found = libraries("torchvision", ["_C*.so"]) + libraries("torchaudio", ["lib/libtorchaudio.so", "lib/_torchaudio*.so"])
missing = [name for name in ("safetensors",) if importlib.util.find_spec(name) is None]
answer = json.dumps({"version": "%d.%d" % sys.version_info[:2], "library": library, "torch_version": torch,
                     "missing": missing, "found_op_libraries": found}, ensure_ascii=False)
sys.stdout.flush()
sys.stdout.buffer.write(answer.encode("utf-8", "surrogateescape") + b"\n")
)python";

// More is no answer to the question.
constexpr std::size_t kMostAnswerBytes = std::size_t{1} << 20;

// What is read of one stream of the interpreter.
struct Stream {
  FileDescriptor ours = {};
  FileDescriptor theirs = {};
  std::string text = {};

  Stream() {
    int pipes[2] = {-1, -1};
    if (pipe2(pipes, O_CLOEXEC) != 0) {
      throw Error(ErrorKind::environment,
                  fmt::format("a pipe cannot be made: {}", std::strerror(errno)), kMoreFiles);
    }
    ours = FileDescriptor(pipes[0]);
    theirs = FileDescriptor(pipes[1]);
    fcntl(ours.get(), F_SETFL, O_NONBLOCK);
  }

  // Takes what has arrived.
  void read_more() {
    char bytes[4096];
    while (ours.valid() && text.size() < kMostAnswerBytes) {
      const ssize_t count = ::read(ours.get(), bytes, sizeof bytes);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0 && errno == EAGAIN) return;
      if (count <= 0) {
        ours.close();
        return;
      }
      text.append(bytes, static_cast<std::size_t>(count));
    }
  }

  bool is_full() const noexcept { return text.size() >= kMostAnswerBytes; }
};

struct Answer {
  bool ok = false;
  std::string output = {};
  std::string errors = {};  // what the interpreter printed to standard error
  int code = 0;             // the errno if it could not be started
};

[[noreturn]] void throw_no_answer(const std::string& executable, double timeout_s) {
  throw Error(ErrorKind::environment,
              fmt::format("the Python interpreter '{}' did not answer within {} s (--timeout)",
                          executable, timeout_s),
              "run it by hand to see what it waits for, or choose another with --python PATH");
}

// Waits until the interpreter has ended. Throws Error at the end of the time, and Interrupted.
void wait_for_answer(const ChildProcess& child, Stream& output, Stream& errors,
                     const std::string& executable, const ProbeLimits& limits) {
  const Deadline deadline = deadline_in(limits.timeout_s);
  while (!child.has_ended()) {
    const int signals = limits.interrupt != nullptr ? limits.interrupt->fd() : -1;
    pollfd watched[4] = {{output.ours.get(), POLLIN, 0},
                         {errors.ours.get(), POLLIN, 0},
                         {child.descriptor(), POLLIN, 0},
                         {signals, POLLIN, 0}};
    poll(watched, 4, milliseconds_until(deadline));
    if (limits.interrupt != nullptr) limits.interrupt->check();
    output.read_more();
    errors.read_more();
    if (has_passed(deadline)) throw_no_answer(executable, limits.timeout_s);
    if (output.is_full() || errors.is_full()) return;
  }
  output.read_more();
  errors.read_more();
}

// Runs `executable -c kQuestion`.
Answer ask(const std::string& executable, const ProbeLimits& limits) {
  Stream output;
  Stream errors;
  SpawnSetup setup;
  setup.pass_descriptor(output.theirs.get(), STDOUT_FILENO);
  setup.pass_descriptor(errors.theirs.get(), STDERR_FILENO);
  ChildProcess child;
  if (const int code = child.start(setup, executable, {executable, "-c", kQuestion}); code != 0)
    return {.errors = std::strerror(code), .code = code};
  output.theirs.close();
  errors.theirs.close();
  wait_for_answer(child, output, errors, executable, limits);
  const bool ended = child.has_ended();
  const ProcessEnd end = child.end();
  return {.ok = ended && end.signal == 0 && end.exit_status == 0,
          .output = std::move(output.text),
          .errors = std::move(errors.text)};
}

// A start-up hook of the interpreter may print before the answer.
std::string last_line(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  const std::size_t newline = text.rfind('\n');
  return newline == std::string::npos ? text : text.substr(newline + 1);
}

// Python's reason in what it printed, such as "ModuleNotFoundError: No module named 'encodings'"; empty if there is none.
std::string python_reason(const std::string& errors) {
  std::istringstream lines(errors);
  std::string reason;
  for (std::string line; std::getline(lines, line);) {
    const std::size_t colon = line.find("Error: ");
    if (colon != std::string::npos && line.find(' ') > colon) reason = line;
  }
  return reason;
}

[[noreturn]] void throw_cannot_run(const std::string& executable, const Answer& answer) {
  std::string hint = "choose one with --python PATH or the variable TSCTL_PYTHON";
  if (const std::string variables = hint_for_python_variables(); !variables.empty())
    hint = variables + "; or " + hint;
  std::string reason = python_reason(answer.errors);
  if (const char* limit = hint_for_limit(answer.code)) {
    hint = limit;
    reason = answer.errors;
  }
  throw Error(ErrorKind::environment,
              fmt::format("the Python interpreter '{}' cannot be run{}{}", executable,
                          reason.empty() ? "" : ": ", reason),
              hint, reason.empty() ? answer.errors : "");
}

// pyvenv.cfg is found through the path as given, so a link to python3 must not be resolved.
std::string absolute_path(const std::string& executable) {
  if (executable.find('/') == std::string::npos) return executable;
  return std::filesystem::absolute(executable).lexically_normal();
}

}  // namespace

PythonSite look_at_python(const std::string& executable, const std::string& package_dir,
                          const ProbeLimits& limits) {
  const std::string path = absolute_path(executable);
  const Answer answer = path.empty() ? Answer{} : ask(path, limits);
  if (!answer.ok) throw_cannot_run(executable, answer);
  PythonSite site;
  try {
    site = from_json_text<PythonSite>(last_line(answer.output));
  } catch (const Error&) {
    throw Error(ErrorKind::environment,
                fmt::format("'{}' is not a Python interpreter: its output is not the expected JSON",
                            executable),
                "choose one with --python PATH or the variable TSCTL_PYTHON");
  }
  site.executable = path;
  site.package_dir = package_dir;
  return site;
}

PythonSite probe_python(const std::string& executable, const std::string& package_dir,
                        const ProbeLimits& limits) {
  PythonSite site = look_at_python(executable, package_dir, limits);
  const std::string rebuild = fmt::format(
      "build tsctl for it: cmake --preset release -DTSCTL_PYTHON={} && cmake --build "
      "--preset release",
      site.executable);
  if (site.version != built_for_python()) {
    throw Error(ErrorKind::environment,
                fmt::format("'{}' is Python {}, tsctl was built for {}", executable, site.version,
                            built_for_python()),
                rebuild);
  }
  if (site.library.empty()) {
    throw Error(ErrorKind::environment,
                fmt::format("'{}' has no shared libpython that could be embedded", executable),
                "use a Python that was built with --enable-shared, such as Debian's python3");
  }
  if (site.torch_version.empty()) {
    throw Error(
        ErrorKind::environment, fmt::format("'{}' has no package 'torch'", executable),
        fmt::format("install it: {} -m pip install torch=={}", site.executable, built_for_torch()));
  }
  if (site.torch_version != built_for_torch()) {
    throw Error(ErrorKind::environment,
                fmt::format("'{}' has torch {}, tsctl was built for {}", executable,
                            site.torch_version, built_for_torch()),
                rebuild);
  }
  if (!site.missing.empty()) {
    throw Error(
        ErrorKind::environment,
        fmt::format("'{}' has no package '{}'", executable, site.missing.front()),
        fmt::format("install it: {} -m pip install {}", site.executable, site.missing.front()));
  }
  return site;
}

std::string built_for_python() { return kBuiltForPython; }
std::string built_for_torch() { return kBuiltForTorch; }
std::string default_python() { return kDefaultPython; }

}  // namespace tsctl
