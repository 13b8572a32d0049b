#include "steps/preflight.h"

#include <fmt/format.h>

#include <filesystem>
#include <optional>
#include <system_error>

#include "tsctl/core/base/device_name.h"
#include "tsctl/core/base/error.h"
#include "tsctl/files/output_file.h"

namespace tsctl {

namespace {

bool same_file(const std::string& left, const std::string& right) {
  std::error_code ignored;
  return std::filesystem::weakly_canonical(left, ignored) ==
         std::filesystem::weakly_canonical(right, ignored);
}

// Throws Error{usage} if writing one of these files would destroy another.
void require_distinct_files(const std::vector<std::pair<std::string, std::string>>& written,
                            const std::vector<std::string>& read, bool in_place) {
  for (std::size_t i = 0; i < written.size(); ++i) {
    const auto& [flag, path] = written[i];
    if (!std::filesystem::is_regular_file(path) && std::filesystem::exists(path))
      continue;  // /dev/null
    for (std::size_t j = 0; j < i; ++j) {
      if (!same_file(path, written[j].second)) continue;
      throw Error(ErrorKind::usage,
                  written[j].first + " and " + flag + " name the same file '" + path + "'",
                  "give each file its own name");
    }
    for (const std::string& model : read) {
      if ((in_place && flag == "-o") || model.empty() || !same_file(path, model)) continue;
      throw Error(ErrorKind::usage,
                  fmt::format("{} names the file '{}', which the command reads", flag, path),
                  "choose another name");
    }
    // A mistake with tab completion must not destroy the user's code.
    if (path.ends_with(".py") && std::filesystem::exists(path)) {
      throw Error(ErrorKind::usage,
                  fmt::format("{} would overwrite the Python source '{}'", flag, path),
                  "choose another name");
    }
  }
}

void require_device(CommandSession& session) {
  const std::string& device = session.options().device;
  const std::optional<DeviceName> name = device_name_from_text(device);
  if (!name) {
    throw Error(ErrorKind::usage, fmt::format("--device '{}' is not a device", device),
                "write cpu, cuda or cuda:N");
  }
  if (!name->cuda) return;
  session.enter("check the device");
  const DescribeResult description = session.jobs().describe({.with_cuda = true});
  for (const Finding& finding : description.devices) {
    if (finding.status == FindingStatus::ok && (device == "cuda" || finding.name == device)) return;
  }
  std::string seen;
  for (const Finding& finding : description.devices) {
    if (!finding.detail.empty()) seen += ": " + finding.detail;
  }
  throw Error(ErrorKind::environment,
              fmt::format("--device {}: there is no such device here{}", device, seen),
              "leave --device out to use the CPU; tsctl doctor lists the devices");
}

}  // namespace

std::vector<std::string> files_of(const SourceSpec& source, const ModelInputs& inputs) {
  const std::string& given = inputs.plan.file;
  const std::size_t colon = given.rfind(".py:");
  return {source.file, source.weights,
          colon == std::string::npos ? given : given.substr(0, colon + 3)};
}

void check_before_start(CommandSession& session, const PlannedFiles& files) {
  session.watch_interrupts();
  const ReportOptions& report = session.report_options();
  std::vector<std::pair<std::string, std::string>> written;
  if (!files.output.empty()) written.emplace_back(files.output_flag, files.output);
  if (!report.json.empty() && report.json != "-") written.emplace_back("--json", report.json);
  if (!report.csv.empty() && report.csv != "-") written.emplace_back("--csv", report.csv);
  if (!report.html.empty()) written.emplace_back("--html", report.html);
  for (const auto& other : files.others) {
    if (!other.second.empty()) written.push_back(other);
  }
  for (const auto& [flag, path] : written) require_writable_target(path, flag);
  try {
    require_distinct_files(written, files.read, files.in_place);
  } catch (const Error&) {
    session.leave_report_files_alone();
    throw;
  }
  require_device(session);
}

}  // namespace tsctl
