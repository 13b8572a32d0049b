#pragma once

#include <torch/csrc/jit/api/module.h>

namespace tsctl {

// Adds a submodule that frees one block of 31 MiB when the file is loaded. glibc then takes blocks of up to 31 MiB from
// its heap, and keeps up to 62 MiB at the heap's end, where it otherwise returns both to the system after each call
// and takes them again in the next. Nothing calls the submodule, and no numbers change.
void add_heap_keeper(torch::jit::Module& module);

// Takes the submodule out. True if there was one.
bool remove_heap_keeper(torch::jit::Module& module);

}  // namespace tsctl
