#include "tsctl/engine/tuning.h"

#include <ATen/ATen.h>
#include <ATen/Config.h>
#include <ATen/Context.h>
#include <c10/core/InferenceMode.h>
#include <dlfcn.h>
#include <torch/csrc/jit/codegen/fuser/interface.h>
#include <torch/csrc/jit/codegen/onednn/interface.h>
#include <torch/csrc/jit/passes/tensorexpr_fuser.h>
#include <torch/csrc/jit/runtime/graph_executor.h>

#include <string_view>

namespace tsctl {

namespace {

void add(std::string& reason, std::string_view more) {
  if (!reason.empty()) reason += "; ";
  reason += more;
}

// bfloat16 rounds this number to 1, float32 does not: products with it show which precision is used.
constexpr double kRoundedToOne = 1.0 + 1.0 / 1024.0;
// Large enough that LibTorch uses the same kernels as for a model's layers.
constexpr std::int64_t kProbeSize = 64;

bool is_rounded(const at::Tensor& sums, double terms) {
  return (sums - terms).abs().max().item<double>() < terms / 4096.0;
}

bool linear_layers_round() {
  const at::Tensor ones = at::full({kProbeSize, kProbeSize}, kRoundedToOne);
  return is_rounded(at::linear(ones, at::ones_like(ones)), static_cast<double>(kProbeSize));
}

bool convolutions_round() {
  const at::Tensor image = at::full({1, kProbeSize, 16, 16}, kRoundedToOne);
  const at::Tensor weight = at::ones({kProbeSize, kProbeSize, 1, 1});
  return is_rounded(at::conv2d(image, weight), static_cast<double>(kProbeSize));
}

// Enables bfloat16 and tests by products whether it is used. The CPU flags do not show that, because oneDNN has
// bfloat16 kernels only for some of the CPUs that support it.
std::string use_bfloat16(const c10::Device& device) {
  if (!device.is_cpu()) return "precision=bf16 works on the CPU only; float32 ran";
  at::Context& context = at::globalContext();
  context.setFloat32MatmulPrecision("medium");
  context.setFloat32Precision(at::Float32Backend::MKLDNN, at::Float32Op::CONV,
                              at::Float32Precision::BF16);
  const c10::InferenceMode inference;
  const bool linear = linear_layers_round();
  const bool convolution = convolutions_round();
  if (linear && convolution) return {};
  const std::string why = " on this processor: oneDNN has kernels for it with amx_bf16 only";
  if (linear) return "convolutions are not multiplied in bfloat16" + why;
  if (convolution) return "linear layers are not multiplied in bfloat16" + why;
  return "float32 is not multiplied in bfloat16" + why + ", and its float32 kernels ran";
}

std::string set_fusion(bool on, const c10::Device& device) {
  if (on && device.is_cpu() && !has_llvm_fuser())
    return "this LibTorch is built without LLVM: TorchScript's fuser cannot compile for the CPU, "
           "and nothing was fused";
  torch::jit::setTensorExprFuserEnabled(on);
  torch::jit::overrideCanFuseOnCPU(on && has_llvm_fuser());
  torch::jit::overrideCanFuseOnGPU(on);
  return {};
}

bool has_partition(const torch::jit::Block& block) {
  for (const torch::jit::Node* node : block.nodes()) {
    // Each partition has its own operator: prim::oneDNNFusionGroup_0.
    if (std::string_view(node->kind().toQualString()).starts_with("prim::oneDNNFusionGroup"))
      return true;
    for (const torch::jit::Block* inner : node->blocks()) {
      if (has_partition(*inner)) return true;
    }
  }
  return false;
}

}  // namespace

bool has_llvm_fuser() {
  // A build without LLVM lacks the vtable of the fuser's LLVM back end.
  return dlsym(RTLD_DEFAULT, "_ZTVN5torch3jit10tensorexpr11LLVMCodeGenE") != nullptr;
}

bool uses_onednn_graph() {
  const auto graph = torch::jit::lastExecutedOptimizedGraph();
  return graph != nullptr && has_partition(*graph->block());
}

std::string apply_tuning(const ArmTuning& tuning, const c10::Device& device) {
  std::string reason;
  if (tuning.precision == Precision::bf16) add(reason, use_bfloat16(device));
  if (tuning.fusion) add(reason, set_fusion(tuning.fusion == Fusion::on, device));
  if (tuning.onednn_graph) {
    if (!device.is_cpu()) {
      add(reason, "onednn-graph=on works on the CPU only; the graph ran without it");
    } else if (AT_MKLDNN_ENABLED() == 0) {
      add(reason, "this LibTorch is built without oneDNN: the graph ran without oneDNN Graph");
    } else {
      torch::jit::RegisterLlgaFuseGraph::setEnabled(true);
    }
  }
  return reason;
}

}  // namespace tsctl
