#include "options/profile_options.h"

namespace tsctl {

void add_profile_options(CLI::App& command, ProfileFlags& flags) {
  command
      .add_flag("--profile", flags.profile,
                "After the bench, record the time of each arm's calls by operator, module and line")
      ->group("Measuring");
  command
      .add_option("--profile-trace", flags.trace,
                  "Like --profile, and write the recorded calls to this file as a Chrome trace")
      ->group("Measuring")
      ->type_name("FILE");
}

}  // namespace tsctl
