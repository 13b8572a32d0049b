#include "commands/inspect_lines.h"

#include <fmt/format.h>

#include <algorithm>

#include "session/finish.h"
#include "tsctl/archive/file_kind.h"
#include "tsctl/archive/inspect.h"
#include "tsctl/core/base/units.h"
#include "tsctl/core/inspect_line.h"
#include "tsctl/report/json/json.h"

namespace tsctl {

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
    InspectLine line{.path = file};
    options.model_path = file;
    try {
      require_torchscript(file, false);
      ModelSummary& summary = line.inspect.emplace(inspect(options));
      summary.denied_findings = denied_count(summary, denied);
      if (summary.denied_findings > 0) ++refused;
      if (!summary.crc_ok.value_or(true)) ++unusable;
    } catch (const Error& error) {
      ++unusable;
      line.inspect.reset();
      line.error = info_from(error, "inspect");
    }
    context.out << json_text(line) << "\n";
    if (!context.out.flush())
      return context.out_is_closed() ? ExitCode::closed_pipe : ExitCode::environment;
  }
  const auto all = static_cast<std::int64_t>(files.size());
  std::string text = counted(all, "file");
  if (unusable > 0) text += fmt::format(", {} of them cannot be used", unusable);
  if (refused > 0) text += fmt::format(", {} of them with denied findings", refused);
  const bool failed = unusable > 0 || refused > 0;
  context.err << (failed ? "FAIL  " : "OK  ") << text << "\n";
  if (unusable > 0) return exit_code_from_kind(ErrorKind::input);
  return refused > 0 ? ExitCode::check_failed : ExitCode::ok;
}

}  // namespace tsctl
