#include "profile_step.h"

#include "tsctl/report/chrome_trace.h"
#include "tsctl/worker/files.h"
#include "tsctl/worker/profile_session.h"

namespace tsctl {

void add_profile_options(CLI::App& command, ProfileFlags& flags) {
  command
      .add_flag("--profile", flags.profile,
                "Then record where the time of each arm's calls goes: by operator, module and line")
      ->group("Measuring");
  command
      .add_option("--profile-trace", flags.trace,
                  "Likewise, and write the recorded calls to this file as a Chrome trace")
      ->group("Measuring")
      ->type_name("FILE");
}

void profile_step(Run& run, const std::vector<BenchArm>& arms, const ProfileFlags& flags) {
  run.enter("profile");
  const Launcher launch = process_launcher(run.jobs());
  const Clock clock = steady_clock();
  const double start_s = clock();
  std::vector<TracePart> parts;
  for (const BenchArm& arm : arms) {
    run.jobs().events().progress("profile: " + arm.request.label);
    const ScratchFile part(temporary_folder());
    ProfileRequest request;
    if (!flags.trace.empty()) request.trace_file = part.path();
    ProfileResult profile = profile_arm(arm, request, launch, clock);
    if (profile.calls > 0) profile.trace_file = flags.trace;
    if (!flags.trace.empty())
      parts.push_back({.arm = arm.request.label, .events = bytes_of_file(part.path())});
    run.report().bench->profiles.push_back(std::move(profile));
  }
  if (!flags.trace.empty())
    write_text_file(flags.trace, chrome_trace_text(parts), "--profile-trace");
  run.jobs().add_step({.name = "profile", .status = "ok", .seconds = clock() - start_s});
}

}  // namespace tsctl
