#pragma once

#include <string>

#include "session/command_session.h"
#include "tsctl/files/output_file.h"

namespace tsctl {

// Gives the file its name and notes it.
void publish_step(CommandSession& session, OutputFile& file);

// Notes that there is no file, or that it was kept although it failed.
void withhold_step(CommandSession& session, OutputFile& file, bool keep_failed,
                   const std::string& reason);

}  // namespace tsctl
