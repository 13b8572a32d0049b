#pragma once

#include <string>
#include <utility>
#include <vector>

#include "session/command_session.h"
#include "steps/model_inputs.h"
#include "tsctl/core/source.h"

namespace tsctl {

// The files that a command writes and reads.
struct PlannedFiles {
  std::string output = {};  // the value of `output_flag`; empty without one
  std::string output_flag = "-o";
  bool in_place = false;  // the output may be one of the files that are read
  std::vector<std::string> read = {};
  // Further files to be written, each with its flag; paths may be empty.
  std::vector<std::pair<std::string, std::string>> others = {};
};

// Checks, before anything is started, that every output file can be written, that writing it destroys no other file of
// the command, and that the device exists.
void check_before_start(CommandSession& session, const PlannedFiles& files);

// The user's files that a SOURCE and its inputs are read from; some may be empty.
std::vector<std::string> files_of(const SourceSpec& source, const ModelInputs& inputs);

}  // namespace tsctl
