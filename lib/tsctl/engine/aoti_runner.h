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

// A loaded package of AOTInductor. Its loader unpacks it into a temporary folder, which is removed as soon as it is not
// needed any more: on the CPU before the constructor returns, on a device after the first call.
class AotiRunner {
 public:
  // Every call's inputs are held against what the package was compiled for: others are undefined behaviour. Throws
  // Error{environment} before anything is loaded when the code is for another machine, Error{input} for a file that
  // cannot be loaded.
  AotiRunner(const std::string& path, const c10::Device& device);
  ~AotiRunner();
  AotiRunner(const AotiRunner&) = delete;
  AotiRunner& operator=(const AotiRunner&) = delete;

  // The tensors of the call in the order of forward's parameters, those by keyword last. Throws Error{usage} for a
  // wrong number of arguments.
  CallInputs inputs(const CallRecord& record, const TensorFile& file) const;

  // Outputs in the structure that the model had when it was exported. LibTorch's exceptions pass through.
  c10::IValue call(const CallInputs& inputs);

 private:
  void remove_unpacked();

  std::string path_;
  c10::Device device_;
  std::unique_ptr<torch::inductor::AOTIModelPackageLoader> loader_;
  CallSpec spec_;
  std::string unpacked_ = {};  // the temporary folder; empty once it is gone
};

}  // namespace tsctl
