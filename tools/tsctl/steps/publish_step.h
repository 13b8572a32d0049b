#pragma once

#include <string>

#include "session/command_session.h"
#include "tsctl/files/output_file.h"

namespace tsctl {

// Reads a TorchScript file again as any command would, with the checksum of every record, and publishes it. Throws
// Error{input} if it is damaged.
void publish_model_step(CommandSession& session, OutputFile& file);

// Moves the file to its final name and records it in the report.
void publish_step(CommandSession& session, OutputFile& file);

// Records that no file was written, or that the failed file was kept.
void withhold_step(CommandSession& session, OutputFile& file, bool keep_failed,
                   const std::string& reason);

}  // namespace tsctl
