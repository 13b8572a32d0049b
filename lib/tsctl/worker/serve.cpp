#include "tsctl/worker/serve.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <memory>
#include <new>
#include <string>

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

namespace tsctl {

namespace {

void send(const WireMessage& message) { send_line(kWorkerSocket, json_text(message)); }

// Sends what happens to the front.
class WireEvents : public Events {
 public:
  void progress(const std::string& text) override { send({.type = "progress", .text = text}); }
  void warning(const Warning& warning) override {
    send({.type = "warning", .text = warning.text, .code = warning.code});
  }
};

void* load_library(const std::string& path, int flags, const std::string& hint) {
  void* library = dlopen(path.c_str(), RTLD_NOW | flags);
  if (library == nullptr) {
    const char* reason = dlerror();
    throw Error(
        ErrorKind::environment,
        "'" + path + "' cannot be loaded: " + (reason != nullptr ? reason : "unknown reason"),
        hint);
  }
  return library;
}

template <typename Entry>
auto api_of(void* library, const char* symbol, int version, const std::string& path) {
  const auto entry = reinterpret_cast<Entry>(dlsym(library, symbol));
  if (entry == nullptr || entry()->version != version) {
    throw Error(ErrorKind::environment, "'" + path + "' belongs to another build of tsctl",
                "build tsctl again: scripts/setup");
  }
  return entry();
}

const EngineApi& engine_of(const WireMessage& job) {
  const std::string hint =
      "build again against the installed torch (scripts/setup); tsctl doctor shows what is found";
  void* library = load_library(job.engine, RTLD_LOCAL, hint);
  return *api_of<EngineEntry>(library, kEngineEntry, kEngineApiVersion, job.engine);
}

const CaptureApi& capture_of(const WireMessage& job, const PythonSite& site) {
  const std::string hint = "choose an interpreter with a shared libpython: --python PATH";
  // Global, or extension modules do not find Python's symbols.
  load_library(site.library, RTLD_GLOBAL, hint);
  void* library = load_library(job.capture, RTLD_LOCAL, hint);
  return *api_of<CaptureEntry>(library, kCaptureEntry, kCaptureApiVersion, job.capture);
}

template <typename Request, typename Result>
std::string engine_job(Result (*function)(const Request&, Events&), const WireMessage& job,
                       Events& events) {
  return json_text(function(from_json_text<Request>(job.payload), events));
}

std::string do_engine_job(const WireMessage& job, Events& events) {
  const EngineApi& engine = engine_of(job);
  if (job.job == "describe") return engine_job(engine.describe, job, events);
  if (job.job == "rewrite") return engine_job(engine.rewrite, job, events);
  if (job.job == "compare") return engine_job(engine.compare, job, events);
  if (job.job == "run") return engine_job(engine.run, job, events);
  if (job.job == "graph") return engine_job(engine.graph, job, events);
  throw std::logic_error("no job is called " + job.job);
}

double now_s() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// The arm's own account, whose libraries began to load when this process did.
std::string opening_text(const Arm& arm, double before_s) {
  ArmOpening opening = arm.opening();
  if (opening.libraries_s) *opening.libraries_s += before_s;
  return json_text(opening);
}

void serve_arm(const WireMessage& job, Events& events, LineReader& reader, double start_s) {
  std::unique_ptr<Arm> arm;
  double opened_s = 0.0;
  if (job.site.empty()) {
    const EngineApi& engine = engine_of(job);
    opened_s = now_s();
    arm = engine.open_arm(from_json_text<ArmRequest>(job.payload), events);
  } else {
    const auto site = from_json_text<PythonSite>(job.site);
    const CaptureApi& capture = capture_of(job, site);
    opened_s = now_s();
    arm = capture.open_arm(site, job.payload, events);
  }
  ArmLoad load(*arm);
  send({.type = "ready",
        .text = arm->tuning_reason(),
        .payload = opening_text(*arm, opened_s - start_s)});
  while (const auto line = reader.next()) {
    const auto message = from_json_text<WireMessage>(*line);
    send(answer_of(*arm, load, message));
  }
  // The process ends here; destroying the model would only take time.
  [[maybe_unused]] const Arm* left_to_the_end = arm.release();
}

void do_job(const WireMessage& job, Events& events, LineReader& reader, double start_s) {
  if (job.job == "open_arm") {
    serve_arm(job, events, reader, start_s);
  } else if (job.site.empty()) {
    send({.type = "result", .payload = do_engine_job(job, events)});
  } else {
    const auto site = from_json_text<PythonSite>(job.site);
    send({.type = "result",
          .payload = capture_of(job, site).call(site, job.job, job.payload, events)});
  }
}

}  // namespace

int serve(long parent) {
  const double start_s = now_s();
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) return 1;  // the front ended before the line above
  // Programs that the model starts have no business on this connection, and must not keep it open.
  fcntl(kWorkerSocket, F_SETFD, FD_CLOEXEC);
  LineReader reader(kWorkerSocket);
  const auto line = reader.next();
  if (!line) return 1;
  WireEvents events;
  try {
    const auto job = from_json_text<WireMessage>(*line);
    if (job.layout) lay_out(*job.layout);
    do_job(job, events, reader, start_s);
  } catch (const Error& error) {
    send({.type = "error",
          .text = error.what(),
          .code = std::string(name_from_kind(error.kind())),
          .hint = error.hint(),
          .detail = error.detail()});
  } catch (const std::bad_alloc&) {
    send({.type = "error",
          .text = "the worker process ran out of memory",
          .code = std::string(name_from_kind(ErrorKind::execution)),
          .hint = "use a machine with more, or a smaller batch"});
  } catch (const std::exception& error) {
    send({.type = "error", .text = error.what(), .code = "internal"});
  }
  std::fflush(nullptr);
  std::_Exit(0);
}

}  // namespace tsctl
