#pragma once

#include <c10/core/Device.h>
#include <torch/csrc/jit/api/module.h>

#include <string>

namespace tsctl {

struct LoadOptions {
  bool debug_files =
      true;  // keeps the lines of the model's source for messages; off where memory and time count
  bool check_crc = true;  // LibTorch itself does not look at the checksums
};

// What loading took: in reads of the file, and besides.
struct LoadSplit {
  double read_s = 0.0;
  double deserialize_s = 0.0;
};

// Loads a TorchScript file onto an opened device, as the file has it (it may be in train mode). Throws Error{input}
// that says what the file is instead, or what LibTorch could not do with it. `split`, if given, is told how long it took.
torch::jit::Module load_module(const std::string& path, const c10::Device& device,
                               const LoadOptions& options = {}, LoadSplit* split = nullptr);

// Puts the module into eval mode. True when that can change what it computes: it was in train mode, and a method
// asks for the mode. (A trace asks nothing, and a frozen module has no mode.)
bool leave_training(torch::jit::Module& module);

// Neither a mode nor parameters: what freezing leaves.
bool is_frozen(const torch::jit::Module& module);

// "forward, encode": for messages.
std::string method_names(const torch::jit::Module& module);

// Throws Error{usage} naming the methods that there are.
torch::jit::Method find_method(const torch::jit::Module& module, const std::string& name);

// "2.15.0" of the loaded library, with the build's suffix where the library's folder tells it.
std::string libtorch_version();

}  // namespace tsctl
