#pragma once

#include <cstdint>
#include <optional>

#include "tsctl/archive/model_archive.h"

namespace tsctl {

// The number of elements of a tensor; nothing if one of them lies outside the tensor's storage.
std::optional<std::int64_t> count_inside_storage(const PickledTensor& tensor);

// Throws Error{input} if the file refers to a storage that its record is too short for, or that has no record, or holds
// a tensor that lies outside its storage. LibTorch does not check this, and would read foreign memory.
void require_tensors_fit(const ModelArchive& archive);

}  // namespace tsctl
