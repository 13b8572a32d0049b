#pragma once

#include <string>
#include <utility>
#include <vector>

#include "session/command_session.h"
#include "steps/model_inputs.h"
#include "tsctl/core/source.h"

namespace tsctl {

// Checks before anything is started that every file to be written can be and destroys none of the others or of those
// that are read, and that the device is there. `output` is the value of `output_flag`, "" without one;
// with `in_place` it may be one of those that are read. `others` are further files to be written, each with its flag; paths
// may be empty.
void check_before_start(Run& run, const std::string& output, const std::vector<std::string>& read,
                        const std::string& output_flag = "-o", bool in_place = false,
                        const std::vector<std::pair<std::string, std::string>>& others = {});

// The user's files that a SOURCE and its inputs are read from; some may be empty.
std::vector<std::string> files_of(const SourceSpec& source, const ModelInputs& inputs);

}  // namespace tsctl
