#include <fmt/format.h>

#include "commands/commands.h"
#include "options/bind_command.h"
#include "options/option_groups.h"
#include "tsctl/process/sandbox.h"
#include "tsctl/report/text/text_lines.h"

namespace tsctl {

namespace {

struct Flags {
  RunOptions run = {};
  ReportOptions report = {};
};

Finding python_finding(CommandSession& session) {
  try {
    const PythonSite& site = session.python();
    return {.name = "python",
            .status = FindingStatus::ok,
            .detail = fmt::format("{} ({}), torch {}", site.executable, site.version,
                                  site.torch_version)};
  } catch (const Error& error) {
    return {.name = "python",
            .status = FindingStatus::missing,
            .detail = error.what(),
            .hint = error.hint()};
  }
}

// What keeps a file's code from doing harm. A kernel that lacks it is no failure.
Finding sandbox_finding() {
  const SandboxInfo support = sandbox_support();
  std::string detail =
      support.files ? fmt::format("files (Landlock {})", support.landlock_abi) : "";
  if (support.system_calls)
    detail += (detail.empty() ? "" : ", ") + std::string("network and programs (seccomp)");
  return {.name = "sandbox",
          .status = support.reason.empty() ? FindingStatus::ok : FindingStatus::off,
          .detail = detail.empty() ? "none" : detail,
          .hint = support.reason};
}

std::string cores_text(const Environment& host) {
  std::string text =
      fmt::format("{} visible, {} by affinity", host.cores_visible, host.cores_affinity);
  if (host.cores_quota) text += ", quota " + std::to_string(*host.cores_quota);
  return fmt::format("{}; {} used", text, host.threads);
}

std::string features_text(const Environment& host) {
  std::string text = host.cpu;
  for (const std::string& feature : host.cpu_features) text += (text.empty() ? "" : " ") + feature;
  return text;
}

ExitCode doctor(CommandSession& session, const Flags&) {
  Report& report = session.report();
  const ToolInfo tool = tool_info();
  const Environment& host = report.environment;
  report.checks = {{.name = "tsctl",
                    .status = FindingStatus::ok,
                    .detail = tool.version + ", built for torch " + tool.built_for_torch},
                   {.name = "system",
                    .status = FindingStatus::ok,
                    .detail = host.os + ", kernel " + host.kernel},
                   {.name = "cpu", .status = FindingStatus::ok, .detail = features_text(host)},
                   {.name = "threads", .status = FindingStatus::ok, .detail = cores_text(host)},
                   {.name = "governor",
                    .status = FindingStatus::ok,
                    .detail = host.governor.empty() ? "unavailable" : host.governor}};
  if (!host.variables.empty()) {
    report.checks.push_back(
        {.name = "variables", .status = FindingStatus::ok, .detail = joined(host.variables, ", ")});
  }
  report.checks.push_back(python_finding(session));
  report.checks.push_back(sandbox_finding());
  try {
    session.enter("query LibTorch");
    report.doctor = session.jobs().describe({.with_cuda = true});
    // The local part ("+cu130") names the wheel, not another interface.
    const std::string& found = report.doctor->libtorch_version;
    const bool same = found.substr(0, found.find('+')) == tool.built_for_torch;
    report.checks.push_back(
        {.name = "LibTorch",
         .status = same ? FindingStatus::ok : FindingStatus::missing,
         .detail = fmt::format("{}, {}, {}", report.doctor->libtorch_version,
                               report.doctor->cpu_capability, report.doctor->parallel_backend),
         .hint = same ? "" : "rebuild tsctl for it: scripts/setup"});
  } catch (const Error& error) {
    report.checks.push_back({.name = "LibTorch",
                             .status = FindingStatus::missing,
                             .detail = error.what(),
                             .hint = error.hint()});
  }
  ExitCode code = ExitCode::ok;
  for (const Finding& finding : report.checks) {
    if (finding.status == FindingStatus::missing) code = ExitCode::check_failed;
  }
  return code;
}

}  // namespace

void add_doctor(CLI::App& app, Action& selected) {
  CLI::App* command = app.add_subcommand(
      "doctor",
      "Show versions, devices, threads and the performance features of LibTorch on this host");
  auto flags = std::make_shared<Flags>();
  command->add_option("--python", flags->run.python, "The Python to check (default: TSCTL_PYTHON)")
      ->type_name("PATH");
  add_report_options(*command, flags->report);
  bind_command(*command, selected, flags, &doctor);
}

}  // namespace tsctl
