#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "commands/commands.h"
#include "options/bind_command.h"
#include "options/option_groups.h"
#include "tsctl/process/sandbox.h"
#include "tsctl/report/text/text_lines.h"

namespace tsctl {

namespace {

struct DoctorFlags {
  RunOptions run = {};
  ReportOptions report = {};
};

Finding found(const char* name, const std::string& detail) {
  return {.name = name, .status = FindingStatus::ok, .detail = detail};
}

Finding missing(const char* name, const Error& error) {
  return {
      .name = name, .status = FindingStatus::missing, .detail = error.what(), .hint = error.hint()};
}

Finding python_finding(CommandSession& session) {
  try {
    const PythonSite& site = session.python();
    return found("python", fmt::format("{} ({}), torch {}", site.executable, site.version,
                                       site.torch_version));
  } catch (const Error& error) {
    return missing("python", error);
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

std::vector<Finding> host_findings(const Environment& host) {
  std::vector<Finding> findings{
      found("system", host.os + ", kernel " + host.kernel), found("cpu", features_text(host)),
      found("threads", cores_text(host)),
      found("governor", host.governor.empty() ? "unavailable" : host.governor)};
  if (!host.variables.empty()) findings.push_back(found("variables", joined(host.variables, ", ")));
  return findings;
}

Finding libtorch_finding(const DescribeResult& libtorch, const std::string& built_for) {
  // The local part ("+cu130") names the wheel, not another interface.
  const std::string version =
      libtorch.libtorch_version.substr(0, libtorch.libtorch_version.find('+'));
  const bool same = version == built_for;
  return {.name = "LibTorch",
          .status = same ? FindingStatus::ok : FindingStatus::missing,
          .detail = fmt::format("{}, {}, {}", libtorch.libtorch_version, libtorch.cpu_capability,
                                libtorch.parallel_backend),
          .hint = same ? "" : "rebuild tsctl for it: scripts/setup"};
}

// Asks LibTorch and records its answer in the report.
Finding query_libtorch(CommandSession& session, const std::string& built_for) {
  try {
    session.enter("query LibTorch");
    session.report().doctor = session.jobs().describe({.with_cuda = true});
    return libtorch_finding(*session.report().doctor, built_for);
  } catch (const Error& error) {
    return missing("LibTorch", error);
  }
}

ExitCode doctor(CommandSession& session, const DoctorFlags&) {
  const ToolInfo tool = tool_info();
  std::vector<Finding>& checks = session.report().checks;
  checks = {found("tsctl", tool.version + ", built for torch " + tool.built_for_torch)};
  for (Finding& finding : host_findings(session.report().environment))
    checks.push_back(std::move(finding));
  checks.push_back(python_finding(session));
  checks.push_back(sandbox_finding());
  checks.push_back(query_libtorch(session, tool.built_for_torch));
  const bool complete =
      std::ranges::find(checks, FindingStatus::missing, &Finding::status) == checks.end();
  return complete ? ExitCode::ok : ExitCode::check_failed;
}

}  // namespace

void add_doctor(CLI::App& app, Action& selected) {
  CLI::App* command = app.add_subcommand(
      "doctor",
      "Show versions, devices, threads and the performance features of LibTorch on this host");
  auto flags = std::make_shared<DoctorFlags>();
  command->add_option("--python", flags->run.python, "The Python to check (default: TSCTL_PYTHON)")
      ->type_name("PATH");
  add_report_options(*command, flags->report);
  bind_command(*command, selected, flags, &doctor);
}

}  // namespace tsctl
