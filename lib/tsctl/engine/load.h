#pragma once

#include <c10/core/Device.h>
#include <torch/csrc/jit/api/module.h>

#include <string>

namespace tsctl {

struct LoadOptions {
  // Loads the source lines for messages. They cost memory and time.
  bool debug_files = true;
  bool check_crc = true;  // LibTorch itself does not verify the checksums
};

// The time to load a file: reading it, and the rest.
struct LoadSplit {
  double read_s = 0.0;
  double deserialize_s = 0.0;
};

// Loads a TorchScript file onto an opened device. It does not change the mode, so the module may be in training mode.
// Throws Error{input} that names the format of a file that is not TorchScript, or LibTorch's reason. Sets `split` if
// given.
torch::jit::Module load_module(const std::string& path, const c10::Device& device,
                               const LoadOptions& options = {}, LoadSplit* split = nullptr);

// Puts the module into eval mode. Returns whether that can change its outputs: it was in training mode, and a method
// reads the mode. (A traced module does not read it, and a frozen module has none.)
bool leave_training(torch::jit::Module& module);

// Whether the module has neither a mode nor parameters, as after freezing.
bool is_frozen(const torch::jit::Module& module);

// "forward, encode", for messages.
std::string method_names(const torch::jit::Module& module);

// Throws Error{usage} that lists the methods if there is none of that name.
torch::jit::Method find_method(const torch::jit::Module& module, const std::string& name);

// The version of the loaded library, "2.15.0", with the build's suffix if the library's folder has it.
std::string libtorch_version();

}  // namespace tsctl
