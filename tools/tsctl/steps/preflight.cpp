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

void require_regular_file(const std::string& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (std::filesystem::is_regular_file(status)) return;
  throw Error(ErrorKind::input,
              fmt::format("'{}' {}", path,
                          std::filesystem::exists(status) ? "is not a regular file"
                                                          : "cannot be read: " + error.message()),
              "check the file's name");
}

void require_distinct_files(const std::vector<std::pair<std::string, std::string>>& written,
                            const std::vector<ReadFile>& read, bool in_place) {
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
    for (const ReadFile& file : read) {
      if ((in_place && flag == "-o") || file.path.empty() || !same_file(path, file.path)) continue;
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

std::vector<ReadFile> files_of(const SourceSpec& source, const ModelInputs& inputs) {
  return {{FileUse::source, source.file},
          {FileUse::weights, source.weights},
          {FileUse::inputs, data_file_of(inputs.plan.file)}};
}

std::vector<std::pair<std::string, std::string>> files_of(const ReportOptions& report) {
  std::vector<std::pair<std::string, std::string>> files;
  for (const ReportFile& file : kReportFiles) {
    const std::string& target = report.*file.target;
    if (!target.empty() && target != "-") files.emplace_back(file.flag, target);
  }
  return files;
}

namespace {

std::vector<ReadFile> all_read(const PlannedFiles& files) {
  std::vector<ReadFile> read = files.read;
  for (const std::string& extra : files.extras) {
    if (const std::size_t at = extra.find("=@"); at != std::string::npos && at == extra.find('='))
      read.push_back({FileUse::extra, extra.substr(at + 2)});
  }
  if (files.allocator.find('/') != std::string::npos)
    read.push_back({FileUse::library, files.allocator});
  return read;
}

}  // namespace

void check_before_start(CommandSession& session, const PlannedFiles& files) {
  session.watch_interrupts();
  std::vector<std::pair<std::string, std::string>> written;
  if (!files.output.empty()) written.emplace_back(files.output_flag, files.output);
  for (auto& file : files_of(session.report_options())) written.push_back(std::move(file));
  for (const auto& other : files.others) {
    if (!other.second.empty()) written.push_back(other);
  }
  for (const auto& [flag, path] : written) require_writable_target(path, flag);
  const std::vector<ReadFile> read = all_read(files);
  try {
    require_distinct_files(written, read, files.in_place);
  } catch (const Error&) {
    session.leave_report_files_alone();
    throw;
  }
  require_device(session);
  record_files(session, read, files.read_whole);
}

}  // namespace tsctl
