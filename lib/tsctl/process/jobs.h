#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tsctl/core/base/events.h"
#include "tsctl/core/capture.h"
#include "tsctl/core/capture_api.h"
#include "tsctl/core/doctor.h"
#include "tsctl/core/graph.h"
#include "tsctl/core/python_jobs.h"
#include "tsctl/core/report.h"
#include "tsctl/core/rewrite.h"
#include "tsctl/core/verify.h"
#include "tsctl/core/wire.h"
#include "tsctl/process/interrupt.h"
#include "tsctl/process/process.h"

namespace tsctl {

// The paths of an installation's parts, which are all relative to the executable.
struct Installation {
  std::string executable = {};
  std::string engine = {};         // libtsctl_engine.so
  std::string capture = {};        // libtsctl_capture.so
  std::string package_dir = {};    // folder of the Python package tsctl_capture
  std::string problem_pages = {};  // folder of the pages that explain --problem prints
};

// Of the running executable: bin/tsctl beside lib/ and share/.
Installation installation_of_this_process();

// A file runs code while it is loaded, and that code may never end.
inline constexpr double kLoadTimeoutSeconds = 300.0;

struct WorkerSettings {
  Installation installation = {};
  double timeout_s = 0.0;  // for each job; 0 is none, except for loading a file
  int threads = 1;
  bool shows_output = true;       // the user sees what workers print
  std::int64_t memory_bytes = 0;  // that a worker may allocate; 0 is no limit
  bool sandbox = true;            // of workers that run a file
  // The libraries of operators that a job needs which loads this file; "" for a job that loads none.
  std::function<std::vector<std::string>(const std::string& model_path)> op_libraries = {};
};

// The limits of a worker with these settings.
WorkerLimits limits_from(const WorkerSettings& settings);

// Runs jobs, each in a separate process, and records the cost of each. An Error of a job is thrown again here; a worker
// that dies becomes Error{execution} with the signal's name.
class Jobs {
 public:
  // `listener`, which may be null, hears what the workers print.
  Jobs(WorkerSettings settings, Interrupt& interrupt, Events& events, Listener* listener = nullptr);

  DescribeResult describe(const DescribeRequest& request);
  // `wait_policy`, active or passive, is how its threads wait.
  RewriteResult rewrite(const std::string& step, const RewriteRequest& request,
                        WaitPolicy wait_policy);
  VerifyResult compare(const std::string& step, const VerifyRequest& request);
  RunResult run(const std::string& step, const RunRequest& request);
  GraphResult graph(const GraphRequest& request);

  // These run in Python.
  CaptureResult capture(const PythonSite& site, const CaptureRequest& request);
  EagerResult eager(const PythonSite& site, const EagerRequest& request);
  EagerResult runtime(const PythonSite& site, const RuntimeRequest& request);
  std::optional<SubmoduleDifference> locate(const PythonSite& site, const LocateRequest& request);
  LoadInputsResult load_inputs(const PythonSite& site, const LoadInputsRequest& request);

  // Every job so far, in order; the last one failed if a call threw.
  const std::vector<StepRecord>& steps() const noexcept { return steps_; }

  // Adds a step that was not one job, such as a whole bench.
  void add_step(const StepRecord& step) { steps_.push_back(step); }

  // Of the LibTorch that the last job loaded; empty before.
  const std::string& libtorch_version() const noexcept { return libtorch_version_; }

  // A job with everything that its worker needs. `site` is null for a job that does not run in Python.
  Job job_for(const JobRequest& request, const PythonSite* site) const;

  const WorkerSettings& settings() const noexcept { return settings_; }
  Interrupt& interrupt() noexcept { return interrupt_; }
  Events& events() noexcept { return events_; }
  Listener* listener() noexcept { return listener_; }

 private:
  // The job's result, as the alternative of WorkerMessage that answers `request`.
  std::optional<WorkerMessage> answer_of(WorkerProcess& worker);
  template <typename Result>
  Result do_job(const std::string& step, const JobRequest& request, const PythonSite* site,
                WaitPolicy wait_policy = WaitPolicy::passive);

  WorkerSettings settings_;
  Interrupt& interrupt_;
  Events& events_;
  Listener* listener_;
  std::vector<StepRecord> steps_ = {};
  std::string libtorch_version_ = {};
};

// NAME=VALUE pairs that set the number of threads of a worker and how they wait for one another. Jobs that
// time nothing wait passively: that costs them little, and a busy host cannot slow them down tenfold.
std::vector<std::string> worker_environment(int threads, WaitPolicy policy);
// NAME=VALUE pairs that set the allocator of an arm; see ArmRequest::allocator.
std::vector<std::string> allocator_environment(const std::string& allocator);

// A worker that ended before it answered.
struct WorkerDeath {
  ProcessEnd end = {};
  std::string what_it_did = {};  // completes "while …"
  std::string last_output = {};
  bool runs_python = false;
};

[[noreturn]] void throw_worker_death(const WorkerDeath& death, const WorkerSettings& settings);

// Throws the Error that a worker reported, or std::logic_error if it reported a bug.
[[noreturn]] void throw_failure(const Failure& failure, const WorkerSettings& settings);

}  // namespace tsctl
