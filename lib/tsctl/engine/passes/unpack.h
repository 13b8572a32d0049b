#pragma once

#include <torch/csrc/jit/api/module.h>

namespace tsctl::passes {

// Replaces packed layers by their plain operators with constant weights. What is left is a frozen module that can be
// frozen and saved again. A module without packed layers stays unchanged.
void unpack(torch::jit::Module& module);

}  // namespace tsctl::passes
