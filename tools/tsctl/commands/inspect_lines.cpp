#include "commands/inspect_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "session/finish.h"
#include "tsctl/archive/file_kind.h"
#include "tsctl/archive/inspect.h"
#include "tsctl/core/base/units.h"
#include "tsctl/core/inspect_line.h"
#include "tsctl/report/json/json.h"

namespace tsctl {

namespace {

InspectLine line_of(const InspectOptions& options, std::optional<Severity> denied) {
  InspectLine line{.path = options.model_path};
  try {
    require_torchscript(line.path, false);
    ModelSummary summary = inspect(options);
    summary.denied_findings = denied_count(summary, denied);
    line.inspect = std::move(summary);
  } catch (const Error& error) {
    line.error = info_from(error, "inspect");
  }
  return line;
}

bool is_usable(const InspectLine& line) {
  return line.inspect && line.inspect->crc_ok.value_or(true);
}

bool is_denied(const InspectLine& line) {
  return line.inspect && line.inspect->denied_findings > 0;
}

// "FAIL  3 files, 1 of them cannot be used"
std::string total_line(std::size_t files, std::int64_t unusable, std::int64_t denied) {
  std::string text = unusable > 0 || denied > 0 ? "FAIL  " : "OK  ";
  text += counted(static_cast<std::int64_t>(files), "file");
  if (unusable > 0) text += fmt::format(", {} of them cannot be used", unusable);
  if (denied > 0) text += fmt::format(", {} of them with denied findings", denied);
  return text + "\n";
}

}  // namespace

std::int64_t denied_count(const ModelSummary& summary, std::optional<Severity> least) {
  if (!least) return 0;
  return std::ranges::count_if(summary.findings, [least](const FileFinding& finding) {
    return !finding.allowed && finding.severity >= *least;
  });
}

ExitCode inspect_lines(Context& context, const std::vector<std::string>& files,
                       InspectOptions options, std::optional<Severity> denied) {
  std::int64_t unusable = 0;
  std::int64_t refused = 0;
  for (const std::string& file : files) {
    options.model_path = file;
    const InspectLine line = line_of(options, denied);
    if (!is_usable(line)) ++unusable;
    if (is_denied(line)) ++refused;
    context.out << json_text(line) << "\n";
    if (!context.out.flush())
      return context.out_is_closed() ? ExitCode::closed_pipe : ExitCode::environment;
  }
  context.err << total_line(files.size(), unusable, refused);
  if (unusable > 0) return exit_code_from_kind(ErrorKind::input);
  return refused > 0 ? ExitCode::check_failed : ExitCode::ok;
}

}  // namespace tsctl
