#pragma once

#include <string>
#include <utility>
#include <vector>

#include "session/command_session.h"
#include "steps/model_inputs.h"
#include "steps/used_files.h"
#include "tsctl/core/source.h"

namespace tsctl {

// The files that a command writes and reads.
struct PlannedFiles {
  std::string output = {};  // the value of `output_flag`; empty without one
  std::string output_flag = "-o";
  bool in_place = false;  // the output may be one of the files that are read
  std::vector<ReadFile> read = {};
  std::vector<std::string> extras = {};  // the values of --extra
  std::string allocator = {};            // the value of --allocator, which may name a library
  bool read_whole = true;                // false: only the directories of archives
  // Further files to be written, each with its flag; paths may be empty.
  std::vector<std::pair<std::string, std::string>> others = {};
};

// Checks, before anything is started, that every output file can be written, that writing it destroys no other file of
// the command, and that the device exists. Then records the files that the command reads.
void check_before_start(CommandSession& session, const PlannedFiles& files);

// The user's files that a SOURCE and its inputs are read from; some may be empty.
std::vector<ReadFile> files_of(const SourceSpec& source, const ModelInputs& inputs);

// Throws Error{input} if the path is missing, or a folder, a device or a pipe.
void require_regular_file(const std::string& path);

// Throws Error{usage} if writing one of these files, each with its flag, would destroy another or one that is read.
void require_distinct_files(const std::vector<std::pair<std::string, std::string>>& written,
                            const std::vector<ReadFile>& read, bool in_place);

// The files that the flags of a report name, each with its flag; without standard output.
std::vector<std::pair<std::string, std::string>> files_of(const ReportOptions& report);

}  // namespace tsctl
