#pragma once

#include <string>
#include <utility>
#include <vector>

#include "options/option_groups.h"
#include "steps/capture_step.h"

namespace tsctl {

// What becomes of a capture that follows eager at the given sizes but not at others that eager takes.
enum class FixedSizes { refuse, guard };

constexpr auto names_of(FixedSizes) {
  using enum FixedSizes;
  return std::to_array<Named<FixedSizes>>({{refuse, "refuse"}, {guard, "guard"}});
}

// What trace, script and convert have in common: a SOURCE that is captured into a file.
struct CaptureFlags {
  std::string source = {};
  SourceFlags source_flags = {};
  InputFlags inputs = {};
  ToleranceFlags tolerance = {};
  OutputFlags output = {};
  RunOptions run = {};
  ReportOptions report = {};
  CaptureMode mode = CaptureMode::automatic;
  std::vector<std::string> trace_submodules = {};
  std::vector<std::string> script_submodules = {};
  FixedSizes fixed_sizes = FixedSizes::refuse;
};

// The flags of every command that captures, but for where the file goes.
void add_capture_options(CLI::App& command, CaptureFlags& flags);
// Flags that belong to some of these commands only.
void add_mode_option(CLI::App& command, CaptureFlags& flags);
void add_trace_submodule_option(CLI::App& command, CaptureFlags& flags);
void add_script_submodule_option(CLI::App& command, CaptureFlags& flags);

// The flags, checked and converted. Throws Error{usage} or Error{input}; nothing has been started or written then.
CapturePlan capture_plan_from(const CaptureFlags& flags);

// Records that the capture is not general, with where it differs; the exit is check_failed then.
void record_not_general(CommandSession& session, const CaptureResult& capture);

// trace and script: capture, store the manifest, reload, compare with eager, write.
ExitCode capture_command(CommandSession& session, const CaptureFlags& flags);

}  // namespace tsctl
