#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "session/context.h"
#include "session/finish.h"
#include "session/op_libraries.h"
#include "session/output_limit.h"
#include "session/stderr_view.h"
#include "tsctl/core/arm_settings.h"
#include "tsctl/core/report.h"
#include "tsctl/process/jobs.h"

namespace tsctl {

// The interpreter to use: the flag's value, else TSCTL_PYTHON, else that of the build.
std::string chosen_python(const std::string& flag);

// How a command runs its workers.
struct RunOptions {
  std::string device = "cpu";
  int threads = 0;  // 0: as many as this process may use
  Executor executor = Executor::standard;
  double timeout_s = 0.0;
  std::optional<std::int64_t> memory_bytes = {};  // --memory; 0 is no limit, none the default
  std::int64_t max_output_bytes = std::int64_t{1} << 20;  // in a second; 0 is no limit
  bool sandbox = true;
  std::string python = {};                // --python; empty: TSCTL_PYTHON, then the build's
  std::vector<std::string> op_libs = {};  // --op-lib
};

// A running command: the report that it fills and the jobs that it starts.
class CommandSession {
 public:
  CommandSession(Context& context, const ReportOptions& report_options, const RunOptions& options);
  ~CommandSession();

  Report& report() noexcept { return report_; }
  // After this call, SIGINT and SIGTERM end the command cleanly: it removes its temporary files and writes its report.
  void watch_interrupts();
  // Throws Interrupted if one of them came. For work in this process; jobs do it themselves.
  void check_interrupts() {
    if (interrupt_) interrupt_->check();
  }
  Jobs& jobs();
  // The interpreter to embed, probed on first use. Throws Error{environment}.
  const PythonSite& python();
  // The libraries of operators that files need.
  OpLibraries& op_libraries() noexcept { return op_libraries_; }

  const RunOptions& options() const noexcept { return options_; }
  const ReportOptions& report_options() const noexcept { return report_options_; }
  // Turns the report files off: the files that --json, --csv and --html name must not be overwritten.
  void leave_report_files_alone() {
    for (const ReportFile& file : kReportFiles) (report_options_.*file.target).clear();
  }
  int threads() const noexcept { return report_.environment.threads; }
  // The settings of models that do not have their own settings.
  ArmSettings settings() const { return {.threads = threads(), .executor = options_.executor}; }

  // Shows that a step begins.
  void say(const std::string& text);
  void warn(const Warning& warning);
  // Says what of the workers' output was not shown, if anything.
  void warn_of_dropped_output();
  void warn_all(const std::vector<Warning>& warnings) {
    for (const Warning& warning : warnings) warn(warning);
  }

  // The current step, for the report of an error; enter() and the jobs set it.
  void enter(const std::string& phase);
  std::string phase() const;

  std::vector<StepRecord> steps() const;
  // Of the LibTorch that ran, without the local part of the version; empty if none was loaded.
  std::string libtorch_version() const;

  // Makes messages show `name` for the temporary file `path`.
  void name_file(const std::string& path, const std::string& name) {
    names_.emplace_back(path, name);
  }
  std::string with_names(std::string text) const;

 private:
  class Reports;

  // Records in the report what its workers may do, and gives them their settings.
  WorkerSettings worker_settings();

  ReportOptions report_options_;
  RunOptions options_;
  Report report_ = {};
  std::vector<std::pair<std::string, std::string>> names_ = {};
  std::string phase_ = "usage";
  StderrView view_;
  OutputLimit output_limit_;
  std::unique_ptr<Reports> reports_;
  std::unique_ptr<Interrupt> interrupt_;
  std::unique_ptr<Jobs> jobs_;
  std::optional<PythonSite> python_;
  OpLibraries op_libraries_{*this};
};

// Runs `body`, turns every exception of it into the report's error and an exit code, and finishes the report.
ExitCode run_reported(Context& context, const ReportOptions& report_options,
                      const RunOptions& options,
                      const std::function<ExitCode(CommandSession&)>& body);

}  // namespace tsctl
