#pragma once

#include <c10/core/Device.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/runtime/interpreter.h>

#include <memory>

#include "tsctl/core/span_recorder.h"
#include "tsctl/engine/graph/module_paths.h"

namespace tsctl {

// A graph that tells how long each of its nodes takes: the interpreter meets a mark before and after every one, so that
// nothing is missed that does not go through the dispatcher (the interpreter's own instructions, fused groups, methods of
// TorchBind classes). A node that calls a function or forks is one; what runs inside is not told apart.
class RecordedGraph {
 public:
  // Copies the graph, which is one that an executor runs. On a device other than the CPU each node is waited for.
  RecordedGraph(const torch::jit::Graph& graph, const ModulePaths& modules,
                const c10::Device& device, int traced_calls);
  RecordedGraph(const RecordedGraph&) = delete;
  RecordedGraph& operator=(const RecordedGraph&) = delete;

  // Runs the graph once, in a call that the recorder was told of. LibTorch's exceptions pass through.
  void run(torch::jit::Stack stack);

  SpanRecorder& recorder() noexcept { return *recorder_; }

 private:
  void mark(torch::jit::Block& block, const ModulePaths& modules,
            std::vector<ProfilePlace>& places);

  c10::Device device_;
  std::shared_ptr<torch::jit::Graph> graph_;
  std::unique_ptr<SpanRecorder> recorder_ = {};
  torch::jit::Code code_ = {};
};

}  // namespace tsctl
