#include "tsctl/process/jobs.h"

#include <chrono>
#include <csignal>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include "tsctl/core/base/error.h"
#include "tsctl/report/json/json.h"

namespace tsctl {

namespace {

std::string seconds_text(double seconds) {
  std::string text = std::to_string(seconds);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text + " s";
}

}  // namespace

Installation installation_of_this_process() {
  namespace fs = std::filesystem;
  const fs::path executable = fs::read_symlink("/proc/self/exe");
  const fs::path lib = executable.parent_path().parent_path() / "lib";
  return {.executable = executable,
          .engine = lib / "libtsctl_engine.so",
          .capture = lib / "libtsctl_capture.so",
          .package_dir = lib / "tsctl" / "python"};
}

std::vector<std::string> worker_environment(int threads) {
  const std::string count = std::to_string(threads);
  return {"OMP_NUM_THREADS=" + count, "MKL_NUM_THREADS=" + count};
}

std::vector<std::string> allocator_environment(const std::string& allocator) {
  if (allocator.empty() || allocator == "system") return {};
  // glibc maps large blocks afresh and gives a free top of its heap back: both cost page faults in every call.
  if (allocator == "keep") {
    return {"GLIBC_TUNABLES=glibc.malloc.mmap_max=0:glibc.malloc.trim_threshold=17179869184"};
  }
  return {"LD_PRELOAD=" + allocator};
}

void throw_worker_death(const ProcessEnd& end, const std::string& what_it_did, bool runs_python) {
  // A crash outranks the failed capture that it also is: the exit code says 5.
  const ErrorKind kind = ErrorKind::execution;
  if (end.ended_by_parent) {
    throw Error(kind, "the worker process closed its connection while " + what_it_did,
                "something in the model closed a descriptor that is not its own; look for "
                "os.closerange in it");
  }
  if (end.signal == SIGKILL) {
    throw Error(
        kind, "the worker process was killed (SIGKILL) while " + what_it_did,
        "the system does this when memory runs out; use a machine with more, or a smaller batch");
  }
  if (end.signal != 0) {
    throw Error(
        kind,
        "the worker process crashed with " + name_of_signal(end.signal) + " while " + what_it_did,
        std::string(runs_python ? "a library that the model uses" : "LibTorch") +
            " crashed; what it printed, if anything, stands above");
  }
  throw Error(kind,
              "the worker process ended with status " + std::to_string(end.exit_status) +
                  " while " + what_it_did,
              "something in the model ended the process; look for exit() or os._exit() in it");
}

void throw_worker_error(const WireMessage& message) {
  if (message.code == "internal") throw std::logic_error(message.text);
  throw Error(kind_from_name(message.code), message.text, message.hint, message.detail);
}

Jobs::Jobs(WorkerSettings settings, Interrupt& interrupt, Events& events)
    : settings_(std::move(settings)), interrupt_(interrupt), events_(events) {}

std::string Jobs::do_job(const std::string& step, const std::string& job,
                         const std::string& request, const PythonSite* site) {
  const auto start = std::chrono::steady_clock::now();
  steps_.push_back({.name = step, .status = StepStatus::failed});
  const auto close_step = [&](const ProcessEnd& end) {
    steps_.back().seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    steps_.back().peak_memory_bytes = end.peak_memory_bytes;
  };
  std::vector<std::string> environment = worker_environment(settings_.threads);
  // OpenMP's threads spin while they wait for one another, which on a busy machine made a call fifty times as long. Where
  // nothing is timed they had better sleep; arms are left as a user's program would have them.
  environment.emplace_back("OMP_WAIT_POLICY=PASSIVE");
  WorkerProcess worker(settings_.installation.executable, environment);
  worker.send({.type = "job",
               .job = job,
               .payload = request,
               .site = site != nullptr ? json_text(*site) : std::string(),
               .engine = settings_.installation.engine,
               .capture = settings_.installation.capture});
  const Deadline deadline = deadline_in(settings_.timeout_s);
  try {
    while (const auto message = worker.receive(deadline, interrupt_)) {
      if (message->type == "progress") {
        events_.progress(message->text);
      } else if (message->type == "warning") {
        events_.warning({.code = message->code, .text = message->text});
      } else if (message->type == "result") {
        close_step(worker.finish(kEndAfterMessageSeconds));
        steps_.back().status = StepStatus::ok;
        return message->payload;
      } else {
        worker.finish(kEndAfterMessageSeconds);
        throw_worker_error(*message);
      }
    }
  } catch (const WorkerProcess::Timeout&) {
    close_step(worker.finish());
    throw Error(ErrorKind::execution,
                "the step '" + step + "' took longer than " + seconds_text(settings_.timeout_s) +
                    " (--timeout)",
                "raise --timeout, or leave it out to wait for as long as it takes");
  } catch (...) {
    close_step(worker.finish());
    throw;
  }
  const ProcessEnd end = worker.finish(kEndAfterCloseSeconds);
  close_step(end);
  throw_worker_death(end, "it did the step '" + step + "'", site != nullptr);
}

DescribeResult Jobs::describe(const DescribeRequest& request) {
  return from_json_text<DescribeResult>(
      do_job("describe", "describe", json_text(request), nullptr));
}

RewriteResult Jobs::rewrite(const std::string& step, const RewriteRequest& request) {
  return from_json_text<RewriteResult>(do_job(step, "rewrite", json_text(request), nullptr));
}

VerifyResult Jobs::compare(const std::string& step, const VerifyRequest& request) {
  return from_json_text<VerifyResult>(do_job(step, "compare", json_text(request), nullptr));
}

RunResult Jobs::run(const std::string& step, const RunRequest& request) {
  return from_json_text<RunResult>(do_job(step, "run", json_text(request), nullptr));
}

GraphResult Jobs::graph(const GraphRequest& request) {
  return from_json_text<GraphResult>(do_job("graph", "graph", json_text(request), nullptr));
}

CaptureResult Jobs::capture(const std::string& step, const std::string& job, const PythonSite& site,
                            const CaptureRequest& request) {
  return from_json_text<CaptureResult>(do_job(step, job, json_text(request), &site));
}

}  // namespace tsctl
