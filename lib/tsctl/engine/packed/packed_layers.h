#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>
#include <torch/csrc/jit/api/module.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tsctl/core/rewrite.h"
#include "tsctl/engine/packed/layer_source.h"

namespace tsctl::packed {

struct LinearSettings {
  at::Tensor weight = {};               // N x K, float32, on the CPU
  std::optional<at::Tensor> bias = {};  // N
  std::vector<std::int64_t> rows =
      {};  // of the declared inputs: what their leading sizes multiply to
  Activation activation = Activation::none;
};

struct ConvSettings {
  bool is_transposed = false;
  // O x C/groups x H x W, transposed C x O/groups x H x W, float32, on the CPU
  at::Tensor weight = {};
  std::optional<at::Tensor> bias = {};  // O
  std::vector<std::int64_t> stride = {};
  std::vector<std::int64_t> padding = {};
  std::vector<std::int64_t> output_padding = {};  // of a transposed one
  std::vector<std::int64_t> dilation = {};
  std::int64_t groups = 1;
  bool adds_in_place = false;  // add(x, other) has the size and dtype of the convolution
  std::vector<std::vector<std::int64_t>> sizes = {};  // of the declared inputs, N x C x H x W each
  Activation activation = Activation::none;
};

// Of an LSTM or a GRU.
struct RecurrentSettings {
  std::vector<at::Tensor> weights =
      {};  // of each layer and direction: input, hidden, and the two biases
  std::int64_t layers = 1;
  bool bidirectional = false;
  bool batch_first = false;
  std::vector<std::vector<std::int64_t>> sizes = {};  // of the declared inputs, 3 each
};

// A layer that packs its weights when its file is loaded and keeps them plain in the file. It chooses between the
// kernels of LibTorch by timing them then. It is a submodule of stock TorchScript: forward(x), and for a convolution
// add(x, other) and add_into(x, other), which may overwrite `other`. Gradients, other dtypes, devices and sizes take the
// plain operator.
class LayerFactory {
 public:
  // `choice` says which kernels the layers may take, and whether they choose again at each load.
  LayerFactory(const torch::jit::Module& model, KernelChoice choice);

  // The layer, packed and tuned on this host. The kernel that it took is written into it, and is taken where timing
  // at load does not come to a result.
  torch::jit::Module linear(const LinearSettings& settings);
  torch::jit::Module conv(const ConvSettings& settings);
  // forward(x, h, c) gives the output and the last h and c.
  torch::jit::Module lstm(const RecurrentSettings& settings);
  // forward(x, h) gives the output and the last h.
  torch::jit::Module gru(const RecurrentSettings& settings);

 private:
  c10::ClassTypePtr type_of(LayerKind kind, Activation activation);
  torch::jit::Module conv_for_all_sizes(const ConvSettings& settings);
  torch::jit::Module recurrent(LayerKind kind, const std::vector<Kernel>& kernels,
                               const RecurrentSettings& settings);
  torch::jit::Module finish(const c10::ClassTypePtr& type, const std::vector<Kernel>& kernels,
                            std::map<std::string, c10::IValue> attributes);

  std::shared_ptr<torch::jit::CompilationUnit> classes_;
  KernelChoice choice_;
  c10::Dict<std::string, c10::List<std::int64_t>> table_;  // shared by all layers
  std::map<std::string, c10::ClassTypePtr> types_ = {};
};

// "onednn", for reports.
const char* kernel_name(Kernel kernel);
// The kernels that the module's packed layers can choose, each once; empty if it has none.
std::vector<Kernel> kernels_of(const torch::jit::Module& module);
// The kernel that a layer runs now.
Kernel kernel_of(const torch::jit::Module& layer);

// Whether the class is that of a packed layer, and of packed convolutions.
bool is_packed_class(const c10::ClassType& type);
bool is_packed_conv(const c10::ClassType& type);
// Whether the module is a packed layer.
bool is_packed_layer(const torch::jit::Module& module);
// All packed layers below the module.
std::vector<torch::jit::Module> packed_layers(const torch::jit::Module& module);

// Makes every packed layer that has it use this kernel; the others stay as they are. Returns how many have it.
std::int64_t force_kernel(const torch::jit::Module& module, Kernel kernel);

}  // namespace tsctl::packed
