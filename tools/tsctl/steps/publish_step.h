#pragma once

#include <string>

#include "session/command_session.h"
#include "tsctl/files/output_file.h"

namespace tsctl {

// Moves the file to its final name and records it in the report.
void publish_step(CommandSession& session, OutputFile& file);

// Records that no file was written, or that the failed file was kept.
void withhold_step(CommandSession& session, OutputFile& file, bool keep_failed,
                   const std::string& reason);

}  // namespace tsctl
