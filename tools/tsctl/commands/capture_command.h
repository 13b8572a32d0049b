#pragma once

#include <string>
#include <utility>
#include <vector>

#include "options/option_groups.h"
#include "steps/capture_step.h"
#include "tsctl/files/output_file.h"

namespace tsctl {

// What to do with a capture that equals eager mode at the given sizes but not at other sizes that eager mode accepts.
enum class FixedSizes { refuse, guard };

constexpr auto names_of(FixedSizes) {
  using enum FixedSizes;
  return std::to_array<Named<FixedSizes>>({{refuse, "refuse"}, {guard, "guard"}});
}

// The flags that trace, script and convert share.
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
  std::vector<std::string> accepted_branches = {};
  FixedSizes fixed_sizes = FixedSizes::refuse;
};

// Adds the flags of every command that captures, except the mode and the submodules.
void add_capture_options(CLI::App& command, CaptureFlags& flags);
// Adds flags that only some of these commands have.
void add_mode_option(CLI::App& command, CaptureFlags& flags);
void add_trace_submodule_option(CLI::App& command, CaptureFlags& flags);
void add_script_submodule_option(CLI::App& command, CaptureFlags& flags);

// Checks and converts the flags. Throws Error{usage} or Error{input} before anything is started or written.
CapturePlan capture_plan_from(const CaptureFlags& flags);

// Records in the report that the capture is not general, and how it differs.
void record_not_general(CommandSession& session, const CaptureResult& capture);

// Records the same, and withholds the file. Returns the exit code.
ExitCode withhold_not_general(CommandSession& session, const CaptureResult& capture,
                              OutputFile& file, bool keep_failed);

// trace and script: capture, store the manifest, reload, compare with eager, write.
ExitCode capture_command(CommandSession& session, const CaptureFlags& flags);

}  // namespace tsctl
