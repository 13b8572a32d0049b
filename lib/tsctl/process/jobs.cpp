#include "tsctl/process/jobs.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <variant>

#include "tsctl/core/base/clock.h"
#include "tsctl/core/base/error.h"
#include "tsctl/core/base/proc_folder.h"
#include "tsctl/core/base/system_limit.h"
#include "tsctl/process/resource_errors.h"

namespace tsctl {

namespace {

constexpr double kLongestLoadSeconds = 1e9;  // alarm() takes an unsigned int

}  // namespace

Installation installation_of_this_process() {
  namespace fs = std::filesystem;
  std::error_code missing;
  const fs::path executable = fs::read_symlink("/proc/self/exe", missing);
  if (missing) throw proc_error(missing.message());
  const fs::path root = executable.parent_path().parent_path();
  const fs::path lib = root / "lib";
  return {.executable = executable,
          .engine = lib / "libtsctl_engine.so",
          .capture = lib / "libtsctl_capture.so",
          .package_dir = lib / "tsctl" / "python",
          .problem_pages = root / "share" / "tsctl" / "capture-problems"};
}

std::vector<std::string> worker_environment(int threads, WaitPolicy policy) {
  const std::string count = std::to_string(threads);
  std::vector<std::string> pairs{"OMP_NUM_THREADS=" + count, "MKL_NUM_THREADS=" + count};
  if (policy == WaitPolicy::passive) {
    pairs.emplace_back("OMP_WAIT_POLICY=PASSIVE");
    pairs.emplace_back("KMP_BLOCKTIME=0");  // of Intel's OpenMP
  }
  return pairs;
}

std::vector<std::string> allocator_environment(const std::string& allocator) {
  if (allocator.empty() || allocator == "system") return {};
  // By default glibc maps each large block again and returns the free top of its heap: both cause page faults in every
  // call.
  if (allocator == "keep") {
    return {"GLIBC_TUNABLES=glibc.malloc.mmap_max=0:glibc.malloc.trim_threshold=17179869184"};
  }
  return {"LD_PRELOAD=" + allocator};
}

WorkerLimits limits_from(const WorkerSettings& settings) {
  const double load_s = settings.timeout_s > 0.0 ? settings.timeout_s : kLoadTimeoutSeconds;
  return {.memory_bytes = settings.memory_bytes,
          .load_s = static_cast<int>(std::min(std::ceil(load_s), kLongestLoadSeconds)),
          .sandbox = settings.sandbox};
}

namespace {

// A signal's meaning, if it is not a crash. `what_it_did` completes "while …".
void throw_limit(const ProcessEnd& end, const std::string& what_it_did,
                 const WorkerSettings& settings) {
  if (end.signal == SIGALRM) {
    throw Error(
        ErrorKind::execution,
        fmt::format("the file was not loaded within {} s while {}", limits_from(settings).load_s,
                    what_it_did),
        "a file can run code while it is loaded, which tsctl inspect lists; raise the limit "
        "with --timeout SECONDS");
  }
  if (end.signal == SIGXFSZ) {
    throw Error(
        ErrorKind::environment,
        fmt::format("the worker process wrote a file that is too large while {}", what_it_did),
        kLargerFiles);
  }
  if (end.signal == SIGKILL) {
    throw Error(ErrorKind::execution,
                fmt::format("the worker process was killed (SIGKILL) while {}", what_it_did),
                "the system does this when memory runs out; use a machine with more memory, or a "
                "smaller batch");
  }
}

}  // namespace

void throw_worker_death(const WorkerDeath& death, const WorkerSettings& settings) {
  // A crash during capture counts as a crash: the exit code is 5.
  const ErrorKind kind = ErrorKind::execution;
  const ProcessEnd& end = death.end;
  const std::string& what_it_did = death.what_it_did;
  if (end.ended_by_parent) {
    throw Error(kind, fmt::format("the worker process closed its connection while {}", what_it_did),
                "the model closed a descriptor of tsctl; look for os.closerange in its code");
  }
  throw_limit(end, what_it_did, settings);
  const std::string what = end.signal != 0
                               ? fmt::format("the worker process crashed with {} while {}",
                                             name_of_signal(end.signal), what_it_did)
                               : fmt::format("the worker process ended with status {} while {}",
                                             end.exit_status, what_it_did);
  if (const auto error = resource_error(death.last_output, what, settings.memory_bytes))
    throw *error;
  if (end.signal != 0) {
    throw Error(
        kind, what,
        fmt::format("{} crashed; {}",
                    death.runs_python ? "a library that the model uses" : "LibTorch",
                    settings.shows_output ? "its output, if any, is above"
                                          : "run the command without -q to see its output"));
  }
  throw Error(kind, what, "the model ended the process; look for exit() or os._exit() in its code");
}

namespace {

// Throws if the failure is what the kernel answers to code that the sandbox holds back. It is the file's failure, also
// while the file is loaded.
void throw_refusal(const Failure& failure, const WorkerSettings& settings) {
  constexpr std::array<std::string_view, 2> kAnswers{"Permission denied",
                                                     "Operation not permitted"};
  const std::string text = failure.message + failure.detail;
  const bool refused = std::ranges::any_of(
      kAnswers, [&](std::string_view answer) { return text.find(answer) != std::string::npos; });
  if (!settings.sandbox || !refused) return;
  throw Error(ErrorKind::execution, failure.message,
              "the sandbox keeps the file from reaching other files, the network and programs; if "
              "you trust it, run it without: --no-sandbox",
              failure.detail);
}

}  // namespace

void throw_failure(const Failure& failure, const WorkerSettings& settings) {
  if (failure.kind == ErrorKind::execution || failure.kind == ErrorKind::input)
    throw_refusal(failure, settings);
  if (failure.kind == ErrorKind::environment) {
    const std::string hint = hint_for_system_limit(failure.message);
    if (!hint.empty()) throw Error(ErrorKind::environment, failure.message, hint, failure.detail);
  }
  if (failure.kind != ErrorKind::usage && failure.kind != ErrorKind::environment) {
    const auto error = resource_error(failure.message + failure.detail, failure.message,
                                      settings.memory_bytes, failure.detail);
    // Python that runs out of memory during a capture has raised an exception.
    if (error && error->kind() == ErrorKind::execution && failure.kind == ErrorKind::capture)
      throw Error(ErrorKind::capture, failure.message, std::string(error->hint()), failure.detail);
    if (error) throw *error;
  }
  if (!failure.kind) throw std::logic_error(failure.message);
  throw Error(*failure.kind, failure.message, failure.hint, failure.detail);
}

Jobs::Jobs(WorkerSettings settings, Interrupt& interrupt, Events& events, Listener* listener)
    : settings_(std::move(settings)), interrupt_(interrupt), events_(events), listener_(listener) {}

// The worker's result, which may have any type of a job. Passes its progress and its warnings on. Nothing if the worker
// ended without one. Throws what the worker reports, Timeout and Interrupted.
std::optional<WorkerMessage> Jobs::answer_of(WorkerProcess& worker) {
  const Deadline deadline = deadline_in(settings_.timeout_s);
  while (auto message = worker.receive(deadline, interrupt_)) {
    if (const auto* progress = std::get_if<Progress>(&*message)) {
      if (progress->share) {
        events_.share_done(progress->text, *progress->share);
      } else {
        events_.progress(progress->text);
      }
    } else if (const auto* warning = std::get_if<Warning>(&*message)) {
      events_.warning(*warning);
    } else if (const auto* engine = std::get_if<EngineLoaded>(&*message)) {
      libtorch_version_ = engine->libtorch_version;
    } else if (const auto* failure = std::get_if<Failure>(&*message)) {
      worker.finish(kEndAfterMessageSeconds);
      throw_failure(*failure, settings_);
    } else {
      worker.finish(kEndAfterMessageSeconds);
      return message;
    }
  }
  return std::nullopt;
}

namespace {

// The TorchScript file that a request loads; empty if it loads none.
struct LoadedFile {
  std::string operator()(const CaptureRequest&) const { return {}; }
  std::string operator()(const ArmRequest& request) const { return request.model_path; }
  template <typename Request>
  std::string operator()(const Request& request) const {
    if constexpr (requires { request.candidate_path; }) {
      return request.candidate_path;
    } else if constexpr (requires { request.model_path; }) {
      return request.model_path;
    } else {
      return {};
    }
  }
};

}  // namespace

Job Jobs::job_for(const JobRequest& request, const PythonSite* site) const {
  Job job{.request = request,
          .site = site != nullptr ? std::optional(*site) : std::nullopt,
          .engine = settings_.installation.engine,
          .capture = settings_.installation.capture,
          .limits = limits_from(settings_)};
  if (settings_.op_libraries)
    job.op_libraries = settings_.op_libraries(std::visit(LoadedFile(), request));
  if (job.site) job.site->op_libraries = std::exchange(job.op_libraries, {});
  return job;
}

template <typename Result>
Result Jobs::do_job(const std::string& step, const JobRequest& request, const PythonSite* site,
                    WaitPolicy wait_policy) {
  const double start_s = now_s();
  steps_.push_back({.name = step, .status = StepStatus::failed});
  WorkerProcess worker(settings_.installation.executable,
                       worker_environment(settings_.threads, wait_policy), listener_);
  // Ends the worker if it still runs.
  const auto close_step = [&](double grace_s) {
    const ProcessEnd end = worker.finish(grace_s);
    steps_.back().seconds = now_s() - start_s;
    steps_.back().peak_memory_bytes = end.peak_memory_bytes;
    return end;
  };
  worker.send(job_for(request, site));
  std::optional<WorkerMessage> answer;
  try {
    answer = answer_of(worker);
  } catch (const WorkerProcess::Timeout&) {
    close_step(0.0);
    throw Error(
        ErrorKind::execution,
        fmt::format("the step '{}' took longer than {} s (--timeout)", step, settings_.timeout_s),
        "raise --timeout, or leave it out to wait without a limit");
  } catch (...) {
    close_step(0.0);
    throw;
  }
  const ProcessEnd end = close_step(kEndAfterCloseSeconds);
  if (!answer) {
    throw_worker_death({.end = end,
                        .what_it_did = fmt::format("it did the step '{}'", step),
                        .last_output = worker.last_output(),
                        .runs_python = site != nullptr},
                       settings_);
  }
  Result result = std::get<Result>(std::move(*answer));
  steps_.back().status = StepStatus::ok;
  return result;
}

DescribeResult Jobs::describe(const DescribeRequest& request) {
  return do_job<DescribeResult>("describe", request, nullptr);
}

RewriteResult Jobs::rewrite(const std::string& step, const RewriteRequest& request,
                            WaitPolicy wait_policy) {
  return do_job<RewriteResult>(step, request, nullptr, wait_policy);
}

VerifyResult Jobs::compare(const std::string& step, const VerifyRequest& request) {
  return do_job<VerifyResult>(step, request, nullptr);
}

RunResult Jobs::run(const std::string& step, const RunRequest& request) {
  return do_job<RunResult>(step, request, nullptr);
}

GraphResult Jobs::graph(const GraphRequest& request) {
  return do_job<GraphResult>("graph", request, nullptr);
}

CaptureResult Jobs::capture(const PythonSite& site, const CaptureRequest& request) {
  return do_job<CaptureResult>("capture", request, &site);
}

EagerResult Jobs::eager(const PythonSite& site, const EagerRequest& request) {
  return do_job<EagerResult>("eager", request, &site);
}

EagerResult Jobs::runtime(const PythonSite& site, const RuntimeRequest& request) {
  return do_job<EagerResult>("runtime", request, &site);
}

std::optional<SubmoduleDifference> Jobs::locate(const PythonSite& site,
                                                const LocateRequest& request) {
  return do_job<LocateResult>("locate", request, &site).difference;
}

LoadInputsResult Jobs::load_inputs(const PythonSite& site, const LoadInputsRequest& request) {
  return do_job<LoadInputsResult>("load inputs", request, &site);
}

}  // namespace tsctl
