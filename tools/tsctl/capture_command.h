#pragma once

#include <string>
#include <utility>
#include <vector>

#include "option_groups.h"
#include "steps.h"

namespace tsctl {

// What trace, script and convert have in common: a SOURCE that is captured into a file.
struct CaptureFlags {
  std::string source = {};
  SourceFlags source_flags = {};
  InputFlags inputs = {};
  ToleranceFlags tolerance = {};
  OutputFlags output = {};
  RunOptions run = {};
  ReportOptions report = {};
  Executor executor = Executor::standard;
  std::vector<std::string> trace_submodules = {};
};

void add_capture_options(CLI::App& command, CaptureFlags& flags);

// The flags, checked and converted.
struct CapturePlan {
  SourceSpec source = {};
  ModelInputs inputs = {};
  ToleranceOptions tolerance = {};
  std::vector<NewRecord> extras = {};
  std::vector<std::pair<std::string, std::string>> trace_submodules = {};
};

// Throws Error{usage} or Error{input}; nothing has been started or written then.
CapturePlan capture_plan_from(const CaptureFlags& flags);

// Records that the capture is not general, with where it differs; the exit is check_failed then.
void record_not_general(Run& run, const CaptureResult& capture);

// trace and script: capture, store the manifest, reload, compare with eager, write.
ExitCode capture_command(Run& run, const CaptureFlags& flags, CaptureMode mode);

}  // namespace tsctl
