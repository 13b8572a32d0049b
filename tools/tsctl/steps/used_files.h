#pragma once

#include <string>
#include <vector>

#include "session/command_session.h"

namespace tsctl {

// A file that a command reads, and what as.
struct ReadFile {
  FileUse use = FileUse::model;
  std::string path = {};
};

// Lists the files with their digests in the report, and the digest of the model. A path may be empty or name no file,
// which the command itself reports. Of a folder with weights it lists the files that hold them. `whole` is false for a
// command that does not read its models whole: it digests small models only, and of all the directories.
void record_files(CommandSession& session, const std::vector<ReadFile>& files, bool whole);

// The recorded file of a model, which is the model itself or the Python file of a SOURCE; null if there is none.
const UsedFile* file_of_model(const Report& report, const std::string& model);

}  // namespace tsctl
