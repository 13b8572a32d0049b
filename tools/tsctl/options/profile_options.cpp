#include "options/profile_options.h"

#include "options/help_group.h"

namespace tsctl {

void add_profile_options(CLI::App& command, ProfileFlags& flags) {
  const HelpGroup group(command, "Measuring");
  group.flag("--profile", flags.profile,
             "After the bench, record the time of each arm's calls by operator, module and line");
  group.option("--profile-trace", "FILE", flags.trace,
               "Like --profile, and write the recorded calls to this file as a Chrome trace");
}

}  // namespace tsctl
