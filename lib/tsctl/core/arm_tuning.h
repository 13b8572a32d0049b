#pragma once

#include <string>

namespace tsctl {

// What is set for the process that runs a model, beside its threads and its executor; no file can carry it.
struct ArmTuning {
  std::string precision =
      {};  // bf16: float32 is multiplied in bfloat16; empty leaves it as the model says
  std::string fusion = {};  // on, off: TorchScript's own fuser; empty is LibTorch's default
  bool onednn_graph =
      false;  // float32 graphs are partitioned and fused by oneDNN Graph at run time
  bool cuda_graph =
      false;  // calls replay a CUDA graph that was captured for the shapes of the inputs
};

template <typename Visitor>
void visit_fields(Visitor& visit, ArmTuning& value) {
  visit("precision", value.precision);
  visit("fusion", value.fusion);
  visit("onednn_graph", value.onednn_graph);
  visit("cuda_graph", value.cuda_graph);
}

}  // namespace tsctl
