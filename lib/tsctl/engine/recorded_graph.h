#pragma once

#include <c10/core/Device.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/runtime/interpreter.h>

#include <memory>

#include "tsctl/core/span_recorder.h"
#include "tsctl/engine/graph/module_paths.h"

namespace tsctl {

// A graph that measures the time of each of its nodes. It has a mark before and after every node, so it also measures
// what does not go through the dispatcher: the interpreter's own instructions, fused groups, methods of TorchBind
// classes. A node that calls a function or forks is measured as a whole.
class RecordedGraph {
 public:
  // Copies a graph of an executor. On a device other than the CPU, it synchronizes after each node.
  RecordedGraph(const torch::jit::Graph& graph, const ModulePaths& modules,
                const c10::Device& device, int traced_calls);
  RecordedGraph(const RecordedGraph&) = delete;
  RecordedGraph& operator=(const RecordedGraph&) = delete;

  // Runs the graph once, between the recorder's begin_call() and end_call(). LibTorch's exceptions pass through.
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
