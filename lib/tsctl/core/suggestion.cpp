#include "tsctl/core/suggestion.h"

#include <fmt/format.h>

namespace tsctl {

Suggestion onednn_graph_suggestion() {
  return {.setting = "onednn-graph=on",
          .cpp = {"#include <torch/csrc/jit/codegen/onednn/interface.h>",
                  "torch::jit::RegisterLlgaFuseGraph::setEnabled(true);"},
          .python = {"import torch", "torch.jit.enable_onednn_fusion(True)"}};
}

Suggestion static_executor_suggestion() {
  return {.setting = "executor=static",
          .cpp = {"#include <torch/csrc/jit/runtime/graph_executor.h>",
                  "torch::jit::FusionStrategy none;", "torch::jit::setFusionStrategy(none);"},
          .python = {"import torch", "torch.jit.set_fusion_strategy([])"}};
}

Suggestion threads_suggestion(int threads) {
  return {.setting = fmt::format("threads={}", threads),
          .cpp = {"#include <ATen/Parallel.h>", fmt::format("at::set_num_threads({});", threads)},
          .python = {"import torch", fmt::format("torch.set_num_threads({})", threads)}};
}

Suggestion allocator_suggestion() {
  return {
      .setting = "allocator=keep",
      .cpp = {"#include <malloc.h>", "mallopt(M_MMAP_MAX, 0);", "mallopt(M_TRIM_THRESHOLD, -1);"},
      .python = {"import ctypes", "libc = ctypes.CDLL(None)", "libc.mallopt(-4, 0)  # M_MMAP_MAX",
                 "libc.mallopt(-1, -1)  # M_TRIM_THRESHOLD"}};
}

}  // namespace tsctl
