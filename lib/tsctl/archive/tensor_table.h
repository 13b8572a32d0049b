#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "tsctl/archive/model_archive.h"
#include "tsctl/core/inspect.h"

namespace tsctl {

// The modules of an archive and their members, by qualified name.
struct TensorTable {
  std::vector<ModuleSummary> modules = {};
  std::vector<TensorSummary> tensors = {};
  std::vector<TensorSummary> constants = {};      // the tensors of constants.pkl
  std::vector<AttributeSummary> attributes = {};  // and the other constants: "CONSTANTS.c3"
};

// Lists the members of all modules. The text of an attribute's value has at most `value_limit` bytes. Throws
// Error{input} if a tensor is outside its record, a record is missing, or objects are nested too deeply.
TensorTable tensor_table(const ModelArchive& archive, std::size_t value_limit);

// Element size in bytes of a storage type such as "FloatStorage"; 0 for an unknown type.
std::int64_t storage_element_bytes(std::string_view storage_type);

}  // namespace tsctl
