#pragma once

#include <c10/core/Device.h>

#include <memory>
#include <string>

#include "tsctl/archive/aoti_package.h"
#include "tsctl/archive/tensor_file.h"
#include "tsctl/engine/inputs.h"

namespace torch::inductor {
class AOTIModelPackageLoader;
}

namespace tsctl {

// A loaded AOTInductor package. Its loader unpacks it into a temporary folder. AotiRunner removes the folder as soon
// as it is no longer needed: on the CPU before the constructor returns, on a device after the first call.
class AotiRunner {
 public:
  // Enables the package's check of every call's inputs, because wrong inputs are undefined behaviour. Throws
  // Error{environment} before loading if the code was compiled for another machine, and Error{input} if loading fails.
  AotiRunner(const std::string& path, const c10::Device& device);
  ~AotiRunner();
  AotiRunner(const AotiRunner&) = delete;
  AotiRunner& operator=(const AotiRunner&) = delete;

  // The tensors of the call in the order of forward()'s parameters, keyword arguments last. Throws Error{usage} for a
  // wrong number of arguments.
  CallInputs inputs(const CallRecord& record, const TensorFile& file) const;

  // Returns the outputs in the structure of the exported model. LibTorch's exceptions pass through.
  c10::IValue call(const CallInputs& inputs);

 private:
  void remove_unpacked();

  std::string path_;
  c10::Device device_;
  std::unique_ptr<torch::inductor::AOTIModelPackageLoader> loader_;
  CallSpec spec_;
  std::string unpacked_ = {};  // the temporary folder; empty after its removal
};

}  // namespace tsctl
