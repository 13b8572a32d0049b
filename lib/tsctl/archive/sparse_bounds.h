#pragma once

#include "tsctl/archive/model_archive.h"

namespace tsctl {

// Throws Error{input} if an index of a sparse tensor is out of range. LibTorch builds sparse tensors of files
// without a check, and operators write to where the indices point.
void require_sparse_fits(const ModelArchive& archive, const Pickle& pickle,
                         const std::string& folder);

}  // namespace tsctl
