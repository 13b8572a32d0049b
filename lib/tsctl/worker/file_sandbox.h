#pragma once

#include "tsctl/core/wire.h"

namespace tsctl {

// Enters the sandbox for a job that loads a file: it may read what the job names, the libraries that are loaded and their
// folders, and write to the job's output and to the scratch files that the front passed on. For a package of AOTInductor,
// which LibTorch unpacks, also to the folder of temporary files (TMPDIR).
void enter_file_sandbox(const JobRequest& request);

}  // namespace tsctl
