#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tsctl/archive/model_archive.h"

namespace tsctl {

// The number of elements of a tensor; nothing if one of them is outside the tensor's storage.
std::optional<std::int64_t> count_inside_storage(const PickledTensor& tensor);

// Throws Error{input}: "'model.pt' is damaged: " and the reason.
[[noreturn]] void throw_damaged(const ModelArchive& archive, const std::string& why);

// Throws Error{input} if the record of a storage is missing or shorter than the storage. `user` names what needs it in
// the message: "tensor 'fc.weight'". A storage of unknown type needs the record only.
void require_record_holds(const ModelArchive& archive, const std::string& record,
                          std::string_view storage_type, std::int64_t elements,
                          const std::string& user);

// Throws Error{input} if the file refers to a storage that its record is too short for, or that has no record, or holds
// a tensor that is outside its storage. LibTorch does not check this, and would read memory outside the tensor.
void require_tensors_fit(const ModelArchive& archive);

}  // namespace tsctl
