#pragma once

#include <string>
#include <vector>

#include "tsctl/archive/model_archive.h"
#include "tsctl/core/inspect.h"

namespace tsctl {

// What the modules of an archive hold, by qualified name.
struct TensorTable {
  std::vector<ModuleSummary> modules = {};
  std::vector<TensorSummary> tensors = {};
  std::vector<TensorSummary> constants = {};
  std::vector<AttributeSummary> attributes =
      {};  // those of constants.pkl that are no tensors too: "CONSTANTS.c3"
};

// Values of attributes are written as text of up to `value_limit` bytes. Throws Error{input} when a tensor lies
// outside its record or the record is missing, and for structures nested without end.
TensorTable tensor_table(const ModelArchive& archive, std::size_t value_limit);

// Bytes of one element of a storage type such as "FloatStorage"; 0 for one that is not known.
std::int64_t storage_element_bytes(std::string_view storage_type);

}  // namespace tsctl
