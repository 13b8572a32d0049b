#include "session/command_session.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <new>
#include <utility>

#include "session/declared_inputs.h"
#include "session/op_libraries.h"
#include "session/run_facts.h"
#include "tsctl/core/base/clock.h"
#include "tsctl/core/base/units.h"
#include "tsctl/host/host.h"
#include "tsctl/host/memory.h"
#include "tsctl/process/process.h"
#include "tsctl/process/python_site.h"
#include "tsctl/process/sandbox.h"

namespace tsctl {

// What the jobs tell, with the names that the user gave.
class CommandSession::Reports : public Events, public Listener {
 public:
  explicit Reports(CommandSession& session) : session_(session) {}

  void progress(const std::string& text) override {
    session_.view_.progress(session_.with_names(text), std::nullopt);
  }
  void share_done(const std::string& text, double share) override {
    session_.view_.progress(session_.with_names(text), share);
  }
  void warning(const Warning& warning) override { session_.warn(warning); }
  void output(const std::string& text) override {
    session_.view_.output(std::string(session_.output_limit_.allowed(text, now_s())));
  }
  void tick() override { session_.view_.tick(); }
  bool wants_ticks() const override { return session_.view_.wants_ticks(); }

 private:
  CommandSession& session_;
};

namespace {

constexpr double kPythonTimeoutSeconds = 60.0;  // an interpreter answers within a second
constexpr std::size_t kMostWarnings = 1000;

// What the sandbox keeps from files, for -v.
std::string sandbox_text(const SandboxInfo& sandbox) {
  std::string kept;
  if (sandbox.files) kept = fmt::format("other files (Landlock {})", sandbox.landlock_abi);
  if (sandbox.system_calls)
    kept += (kept.empty() ? "" : ", ") + std::string("the network and programs (seccomp)");
  std::string text = kept.empty() ? "no sandbox" : "sandbox: a file's code cannot reach " + kept;
  if (!sandbox.reason.empty()) text += ": " + sandbox.reason;
  return text;
}

ErrorInfo named_error(const Error& error, CommandSession& session) {
  ErrorInfo info = info_from(error, session.phase());
  name_declared_inputs(info, session.report().inputs);
  for (std::string* text : {&info.message, &info.hint, &info.detail})
    *text = session.with_names(*text);
  return info;
}

Chatter chatter_of(const ReportOptions& options) {
  if (options.quiet) return Chatter::none;
  return options.no_progress ? Chatter::no_progress : Chatter::all;
}

}  // namespace

std::string chosen_python(const std::string& flag) {
  if (!flag.empty()) return flag;
  const char* variable = std::getenv("TSCTL_PYTHON");
  return variable != nullptr && *variable != '\0' ? variable : default_python();
}

CommandSession::CommandSession(Context& context, const ReportOptions& report_options,
                               const RunOptions& options)
    : report_options_(report_options),
      options_(options),
      view_(context, chatter_of(report_options), report_options.verbose, now_s),
      output_limit_(options.max_output_bytes),
      reports_(std::make_unique<Reports>(*this)) {
  describe_run(report_, report_options);
  report_.environment.variables = variables_of_interest(environ);
  report_.environment.threads =
      options.threads > 0 ? options.threads : usable_threads(report_.environment);
  report_.environment.device = options.device;
}

CommandSession::~CommandSession() = default;

void CommandSession::watch_interrupts() {
  if (!interrupt_) interrupt_ = std::make_unique<Interrupt>();
}

WorkerSettings CommandSession::worker_settings() {
  Environment& environment = report_.environment;
  // The driver of a GPU reserves far more memory than it uses.
  const std::int64_t usual = options_.device == "cpu" ? default_memory_limit(memory_of_host()) : 0;
  const std::int64_t memory_bytes = options_.memory_bytes.value_or(usual);
  if (memory_bytes > 0) environment.memory_limit_bytes = memory_bytes;
  environment.sandbox =
      options_.sandbox ? sandbox_support() : SandboxInfo{.reason = "--no-sandbox turned it off"};
  view_.progress(sandbox_text(*environment.sandbox), std::nullopt);
  return {.installation = installation_of_this_process(),
          .timeout_s = options_.timeout_s,
          .threads = threads(),
          .shows_output = !report_options_.quiet,
          .memory_bytes = memory_bytes,
          .sandbox = options_.sandbox,
          .op_libraries = [this](const std::string& model_path) {
            std::vector<std::string> paths;
            for (const OpLibrary& library : op_libraries_.of(model_path))
              paths.push_back(library.path);
            return paths;
          }};
}

Jobs& CommandSession::jobs() {
  if (!jobs_) {
    watch_interrupts();
    jobs_ = std::make_unique<Jobs>(worker_settings(), *interrupt_, *reports_, reports_.get());
  }
  return *jobs_;
}

const PythonSite& CommandSession::python() {
  if (!python_) {
    watch_interrupts();
    python_ = probe_python(
        chosen_python(options_.python), installation_of_this_process().package_dir,
        {.timeout_s = options_.timeout_s > 0.0 ? options_.timeout_s : kPythonTimeoutSeconds,
         .interrupt = interrupt_.get()});
    report_.environment.python = python_->executable;
    report_.environment.python_version = python_->version;
    report_.environment.torch_version = python_->torch_version;
  }
  return *python_;
}

void CommandSession::say(const std::string& text) { view_.step(with_names(text)); }

void CommandSession::warn(const Warning& worded) {
  const Warning warning{.code = worded.code, .text = with_names(worded.text)};
  // A worker that is out of control must not fill this process's memory.
  if (report_.warnings.size() >= kMostWarnings) return;
  // A worker sends a warning at once and lists it in its result again; two steps may also find the same. What two steps
  // say in other words or with other figures is reported once.
  const auto is_known = [&](const Warning& known) {
    return known.code == warning.code &&
           (known.text == warning.text || warning.code == WarningCode::host_busy ||
            warning.code == WarningCode::was_training);
  };
  if (std::ranges::any_of(report_.warnings, is_known)) return;
  report_.warnings.push_back(warning);
  // Python code and LibTorch warn about themselves, not about the model; the text counts these warnings.
  if (warning.code == WarningCode::python_warning && !report_options_.verbose) return;
  view_.warning(warning.text);
}

void CommandSession::warn_of_dropped_output() {
  const std::int64_t dropped = output_limit_.dropped_bytes();
  if (dropped == 0 || report_options_.quiet) return;
  warn({WarningCode::output_dropped,
        fmt::format("{} that the model printed are not shown: it printed more than {} in a second; "
                    "--max-output SIZE shows more",
                    bytes_text(dropped), bytes_text(options_.max_output_bytes))});
}

void CommandSession::enter(const std::string& phase) {
  phase_ = phase;
  say(phase);
}

std::string CommandSession::phase() const {
  if (jobs_ && !jobs_->steps().empty() && jobs_->steps().back().status == StepStatus::failed)
    return jobs_->steps().back().name;
  return phase_;
}

std::string CommandSession::with_names(std::string text) const {
  for (const auto& [path, name] : names_) {
    for (std::size_t at = text.find(path); at != std::string::npos; at = text.find(path, at)) {
      const std::size_t end = at + path.size();
      // "/proc/1/fd/3" is not a part of "/proc/1/fd/30".
      const bool whole = end == text.size() || text[end] < '0' || text[end] > '9';
      if (whole) text.replace(at, path.size(), name);
      at += whole ? name.size() : path.size();
    }
  }
  return text;
}

std::vector<StepRecord> CommandSession::steps() const {
  return jobs_ ? jobs_->steps() : std::vector<StepRecord>{};
}

std::string CommandSession::libtorch_version() const {
  const std::string version = jobs_ ? jobs_->libtorch_version() : std::string();
  return version.substr(0, version.find('+'));
}

ExitCode run_reported(Context& context, const ReportOptions& report_options,
                      const RunOptions& options,
                      const std::function<ExitCode(CommandSession&)>& body) {
  Report report;
  ExitCode code = ExitCode::internal;
  ReportOptions written = report_options;
  {
    CommandSession session(context, report_options, options);
    try {
      if (const auto clash = standard_output_clash(report_options)) {
        session.leave_report_files_alone();
        throw *clash;
      }
      code = body(session);
    } catch (const Error& error) {
      code = exit_code_from_kind(error.kind());
      session.report().error = named_error(error, session);
    } catch (const Interrupted& interrupted) {
      code = interrupted.signal == SIGINT ? ExitCode::interrupted : ExitCode::terminated;
      session.report().error =
          ErrorInfo{.kind = ErrorKind::interrupted,
                    .phase = session.phase(),
                    .message = fmt::format("interrupted by {} in the step '{}'",
                                           name_of_signal(interrupted.signal), session.phase()),
                    .hint = session.report().bench
                                ? "the report keeps the finished launches; run the command again"
                                : "no output file was written; run the command again"};
    } catch (const std::bad_alloc&) {
      code = ExitCode::execution;
      session.report().error = ErrorInfo{.kind = ErrorKind::execution,
                                         .phase = session.phase(),
                                         .message = "there is not enough memory for this command",
                                         .hint = "use smaller inputs"};
    } catch (const std::filesystem::filesystem_error& error) {
      code = ExitCode::usage;
      session.report().error =
          ErrorInfo{.kind = ErrorKind::usage,
                    .phase = session.phase(),
                    .message = fmt::format("'{}' cannot be used as a file: {}",
                                           error.path1().string(), error.code().message()),
                    .hint = "give another name"};
    } catch (const std::exception& error) {
      code = ExitCode::internal;
      session.report().error = bug_info(error.what(), session.phase());
    }
    session.warn_of_dropped_output();
    session.report().steps = session.steps();
    if (const std::string version = session.libtorch_version(); !version.empty())
      session.report().environment.torch_version = version;
    report = std::move(session.report());
    written = session.report_options();
  }
  return finish_report(report, code, written, context);
}

}  // namespace tsctl
