#pragma once

#include <optional>
#include <string>

#include "tsctl/archive/script_code.h"

namespace tsctl {

enum class OwnClass { packed_layer, heap_keeper };

// Whether a class is one that tsctl itself writes, whose code runs when the file is loaded: a packed layer
// (engine/packed) or the keeper of the heap (engine/heap_keeper.cpp). Its whole text is compared, by its SHA-256; a class
// that merely has such a name is none.
std::optional<OwnClass> own_class(const CodeClass& type);

// The SHA-256 that own_class() looks up: of the text of the class, with "SELF" for its name.
std::string own_class_digest(const CodeClass& type);

}  // namespace tsctl
