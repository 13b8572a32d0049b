#include "tsctl/worker/serve.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <system_error>
#include <variant>

#include "tsctl/core/base/clock.h"
#include "tsctl/core/base/error.h"
#include "tsctl/core/bench.h"
#include "tsctl/core/capture_api.h"
#include "tsctl/core/engine_api.h"
#include "tsctl/core/wire.h"
#include "tsctl/process/channel.h"
#include "tsctl/report/json/json.h"
#include "tsctl/worker/address_layout.h"
#include "tsctl/worker/arm_answers.h"
#include "tsctl/worker/arm_load.h"
#include "tsctl/worker/file_sandbox.h"

namespace tsctl {

namespace {

// The worker's end of the connection.
class Connection : public Events {
 public:
  // Nothing when the front has closed its end.
  std::optional<FrontMessage> receive() {
    const auto line = channel_.next_line();
    if (!line) return std::nullopt;
    return from_json_text<FrontMessage>(*line);
  }
  void send(const WorkerMessage& message) { channel_.send(json_text(message)); }

  void progress(const std::string& text) override { send(Progress{.text = text}); }
  void share_done(const std::string& text, double share) override {
    send(Progress{.text = text, .share = share});
  }
  void warning(const Warning& warning) override { send(warning); }

 private:
  LineChannel channel_{FileDescriptor(kWorkerSocket)};
};

void* load_library(const std::string& path, int flags, const std::string& hint) {
  void* library = dlopen(path.c_str(), RTLD_NOW | flags);
  if (library == nullptr) {
    const char* reason = dlerror();
    throw Error(ErrorKind::environment,
                fmt::format("'{}' cannot be loaded: {}", path,
                            reason != nullptr ? reason : "unknown reason"),
                hint);
  }
  return library;
}

template <typename Entry>
auto api_of(void* library, const char* symbol, int version, const std::string& path) {
  const auto entry = reinterpret_cast<Entry>(dlsym(library, symbol));
  if (entry == nullptr || entry()->version != version) {
    throw Error(ErrorKind::environment, fmt::format("'{}' belongs to another build of tsctl", path),
                "rebuild tsctl: scripts/setup");
  }
  return entry();
}

// Does the one job of this process.
class Worker {
 public:
  Worker(const Job& job, Connection& connection, double start_s)
      : job_(job), connection_(connection), start_s_(start_s) {}

  void operator()(const DescribeRequest& request) { in_engine(&EngineApi::describe, request); }
  void operator()(const RewriteRequest& request) { in_engine(&EngineApi::rewrite, request); }
  void operator()(const VerifyRequest& request) { in_engine(&EngineApi::compare, request); }
  void operator()(const RunRequest& request) { in_engine(&EngineApi::run, request); }
  void operator()(const GraphRequest& request) { in_engine(&EngineApi::graph, request); }

  void operator()(const CaptureRequest& request) { in_python<CaptureResult>(request); }
  void operator()(const EagerRequest& request) { in_python<EagerResult>(request); }
  void operator()(const RuntimeRequest& request) { in_python<EagerResult>(request); }
  void operator()(const LocateRequest& request) { in_python<LocateResult>(request); }
  void operator()(const LoadInputsRequest& request) { in_python<LoadInputsResult>(request); }

  // Opens the arm and answers commands for it until the front closes the connection.
  void operator()(const ArmRequest& request) {
    const auto arm = open_arm(request);
    ArmOpening opening = arm->opening();
    // The arm's libraries began to load when this process started.
    if (opening.libraries_s) *opening.libraries_s += opened_s_ - start_s_;
    ArmLoad load(*arm);
    connection_.send(ArmReady{.tuning_reason = arm->tuning_reason(), .opening = opening});
    while (const auto command = connection_.receive())
      connection_.send(answer_of(request, *arm, load, *command));
    // Does not destroy the model, which would take time: the process ends here.
    std::fflush(nullptr);
    std::_Exit(0);
  }

 private:
  template <typename Request, typename Result>
  void in_engine(Result (*EngineApi::*function)(const Request&, Events&), const Request& request) {
    const EngineApi& api = engine();
    connection_.send(EngineLoaded{.libtorch_version = api.libtorch_version()});
    connection_.send((api.*function)(request, connection_));
  }

  template <typename Result, typename Request>
  void in_python(const Request& request) {
    connection_.send(from_json_text<Result>(
        capture().call(job_.site.value(), kMessageName<Request>, json_text(request), connection_)));
  }

  std::unique_ptr<Arm> open_arm(const ArmRequest& request) {
    if (!job_.site) {
      const EngineApi& api = engine();
      opened_s_ = now_s();
      return api.open_arm(request, connection_);
    }
    const CaptureApi& api = capture();
    opened_s_ = now_s();
    return api.open_arm(*job_.site, json_text(request), connection_);
  }

  // Loads LibTorch. Afterwards nothing of a file has run yet, and this process has only one thread.
  const EngineApi& engine() const {
    const std::string hint =
        "rebuild tsctl for the installed torch (scripts/setup); tsctl doctor shows what it finds";
    void* library = load_library(job_.engine, RTLD_LOCAL, hint);
    const EngineApi& api =
        *api_of<EngineEntry>(library, kEngineEntry, kEngineApiVersion, job_.engine);
    if (!job_.op_libraries.empty()) api.load_op_libraries(job_.op_libraries);
    if (job_.limits.sandbox) enter_file_sandbox(job_.request);
    // Ends this process with SIGALRM. The engine stops the clock when the file is loaded.
    ::alarm(static_cast<unsigned>(job_.limits.load_s));
    return api;
  }

  const CaptureApi& capture() const {
    const std::string hint = "choose an interpreter with a shared libpython: --python PATH";
    // RTLD_GLOBAL, because extension modules need Python's symbols.
    load_library(job_.site.value().library, RTLD_GLOBAL, hint);
    void* library = load_library(job_.capture, RTLD_LOCAL, hint);
    return *api_of<CaptureEntry>(library, kCaptureEntry, kCaptureApiVersion, job_.capture);
  }

  const Job& job_;
  Connection& connection_;
  double start_s_;         // of this process
  double opened_s_ = 0.0;  // when the plug-in was loaded
};

Failure failure_from(const Error& error) {
  return {.kind = error.kind(),
          .message = error.what(),
          .hint = error.hint(),
          .detail = error.detail()};
}

void set_limit(int resource, rlim_t value) {
  rlimit limit = {};
  if (getrlimit(resource, &limit) != 0) return;
  limit.rlim_max = std::min(limit.rlim_max, value);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(resource, &limit);
}

// A crash leaves no memory of the user's on the disk. At 1 the kernel does not start a program for it either, which it
// would do at 0.
void forbid_core_dumps() { set_limit(RLIMIT_CORE, 1); }

}  // namespace

int serve(long parent) {
  const double start_s = now_s();
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  forbid_core_dumps();
  if (getppid() != parent) return 1;  // the front ended before the line above
  // Programs that the model starts must not use this connection or keep it open.
  fcntl(kWorkerSocket, F_SETFD, FD_CLOEXEC);
  Connection connection;
  try {
    const auto message = connection.receive();
    if (!message) return 1;
    const Job& job = std::get<Job>(*message);
    if (job.limits.memory_bytes > 0)
      set_limit(RLIMIT_DATA, static_cast<rlim_t>(job.limits.memory_bytes));
    if (job.layout) fix_address_layout(*job.layout);
    std::visit(Worker(job, connection, start_s), job.request);
  } catch (const Error& error) {
    connection.send(failure_from(error));
  } catch (const std::bad_alloc&) {
    connection.send(Failure{.kind = ErrorKind::execution,
                            .message = "the worker process ran out of memory",
                            .hint = "use a machine with more memory, or a smaller batch"});
  } catch (const std::system_error& error) {
    connection.send(Failure{.kind = ErrorKind::execution, .message = error.what()});
  } catch (const std::exception& error) {
    connection.send(Failure{.message = error.what()});
  }
  std::fflush(nullptr);
  std::_Exit(0);
}

}  // namespace tsctl
