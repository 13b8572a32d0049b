#include "session/run_facts.h"

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <ctime>

#include "tsctl/core/base/build_info.h"
#include "tsctl/core/base/utc_time.h"
#include "tsctl/host/ci_tags.h"
#include "tsctl/host/host.h"

namespace tsctl {

bool is_tag(const std::string& text) {
  const std::size_t equals = text.find('=');
  return equals != std::string::npos && equals > 0 &&
         std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(equals),
                     [](unsigned char c) {
                       return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '.';
                     });
}

void describe_run(Report& report, const ReportOptions& options) {
  report.time = utc_text(std::time(nullptr));
  report.environment = describe_host();
  if (options.no_host) report.environment.host_name.clear();
  report.environment.torch_version = kBuiltForTorch;
  report.tags = ci_tags(environ);
  for (const std::string& text : options.tags) {
    if (!is_tag(text)) continue;  // of a command line that is refused
    const std::size_t equals = text.find('=');
    report.tags[text.substr(0, equals)] = text.substr(equals + 1);
  }
  std::erase_if(report.tags, [](const auto& tag) { return tag.second.empty(); });
}

}  // namespace tsctl
