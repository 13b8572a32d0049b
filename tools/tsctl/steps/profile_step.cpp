#include "steps/profile_step.h"

#include "tsctl/bench/launched_arm.h"
#include "tsctl/bench/profile_session.h"
#include "tsctl/core/base/clock.h"
#include "tsctl/files/file_io.h"
#include "tsctl/files/output_file.h"
#include "tsctl/files/scratch_file.h"
#include "tsctl/process/process_arm.h"
#include "tsctl/report/export/chrome_trace.h"

namespace tsctl {

void profile_step(CommandSession& session, const std::vector<BenchArm>& arms,
                  const ProfileFlags& flags) {
  session.enter("profile");
  const Launcher launch = process_launcher(session.jobs());
  const Clock clock = now_s;
  const double start_s = clock();
  std::vector<TracePart> parts;
  for (const BenchArm& arm : arms) {
    session.jobs().events().progress("profile: " + arm.request.label);
    const ScratchFile part(temporary_folder());
    ProfileRequest request;
    if (!flags.trace.empty()) request.trace_file = part.path();
    ProfileResult profile = profile_arm(arm, request, launch, clock);
    if (profile.calls > 0) profile.trace_file = flags.trace;
    if (!flags.trace.empty())
      parts.push_back({.arm = arm.request.label, .events = bytes_of_file(part.path())});
    session.report().bench->profiles.push_back(std::move(profile));
  }
  if (!flags.trace.empty())
    write_text_file(flags.trace, chrome_trace_text(parts), "--profile-trace");
  session.jobs().add_step(
      {.name = "profile", .status = StepStatus::ok, .seconds = clock() - start_s});
}

}  // namespace tsctl
