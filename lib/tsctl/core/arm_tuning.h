#pragma once

#include <string>
#include <vector>

#include "tsctl/core/base/field.h"

namespace tsctl {

// What is set for the process that runs a model, beside its threads and its executor; no file can carry it.
struct ArmTuning {
  std::string precision = {};
  std::string fusion = {};
  bool onednn_graph = false;
  bool cuda_graph = false;
};

template <typename Visitor>
void visit_fields(Visitor& visit, ArmTuning& value) {
  visit("precision", value.precision,
        Field("bf16: float32 is multiplied in bfloat16; empty: as the model says").one_of([] {
          return std::vector<std::string>{"", "bf16"};
        }));
  visit("fusion", value.fusion,
        Field("on or off: TorchScript's own fuser; empty: LibTorch's default").one_of([] {
          return std::vector<std::string>{"", "on", "off"};
        }));
  visit("onednn_graph", value.onednn_graph,
        "oneDNN Graph partitions and fuses float32 graphs at run time");
  visit("cuda_graph", value.cuda_graph,
        "Calls replay a CUDA graph, captured for the shapes of the inputs");
}

}  // namespace tsctl
