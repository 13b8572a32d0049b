#pragma once

#include <vector>

#include "tsctl/archive/model_archive.h"
#include "tsctl/core/file_findings.h"
#include "tsctl/core/inspect.h"

namespace tsctl {

// What a file holds that somebody may want to refuse, the most severe first. `summary` has what inspect() read of the
// file: records, tensors, devices and the manifest. Nothing is run.
std::vector<FileFinding> findings_of(const ModelArchive& archive, const ModelSummary& summary);

// The operators that read or write files, by name ("aten::save").
bool touches_files(const std::string& op);

// Those of them that write, which LibTorch does without reporting a failure.
bool writes_files(const std::string& op);

}  // namespace tsctl
