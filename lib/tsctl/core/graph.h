#pragma once

#include <array>
#include <string>

#include "tsctl/core/arm_settings.h"
#include "tsctl/core/base/enum_names.h"

namespace tsctl {

// graph: as the file has it. inlined: with the methods that it calls. executed: as the executor optimized it for calls
// with some inputs.
enum class GraphKind { graph, inlined, executed };

constexpr auto names_of(GraphKind) {
  using enum GraphKind;
  return std::to_array<Named<GraphKind>>({
      {graph, "graph"},
      {inlined, "inlined"},
      {executed, "executed"},
  });
}

// Job "graph": text that only LibTorch can make.
struct GraphRequest {
  std::string model_path = {};
  std::string method = "forward";
  GraphKind kind = GraphKind::graph;
  std::string inputs_tensors = {};  // for executed: the calls that warm it up
  std::string device = "cpu";
  ArmSettings settings = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, GraphRequest& value) {
  visit("model_path", value.model_path);
  visit("method", value.method);
  visit("kind", value.kind);
  visit("inputs_tensors", value.inputs_tensors);
  visit("device", value.device);
  visit("settings", value.settings);
}

struct GraphResult {
  std::string text = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, GraphResult& value) {
  visit("text", value.text, "The graph as LibTorch prints it");
}

}  // namespace tsctl
