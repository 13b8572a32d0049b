#pragma once

#include <map>
#include <memory>
#include <string>

#include "tsctl/core/cuda_api.h"
#include "tsctl/engine/device_timing.h"
#include "tsctl/engine/inputs.h"

namespace tsctl {

// Calls a model by CUDA graphs: records a graph once for each shape of the inputs and replays it afterwards. If
// recording fails, or the graph's outputs differ from those of plain calls, it makes plain calls.
class GraphedCalls {
 public:
  // `call` makes a plain call; `device` is the number of its device.
  GraphedCalls(const CudaApi& api, int device, DeviceCall call);

  // Records a graph for the shape of these inputs, unless there is one. Throws Error{execution} if plain calls fail
  // after a failed recording.
  void record(const CallInputs& inputs);

  // Returns the outputs, which the next call overwrites. Records a graph for a new shape. Inputs are identified by
  // their address: the values at an address must not change.
  c10::IValue call(const CallInputs& inputs);

  // Why calls of some shape are plain calls (the first reason), or "".
  const std::string& reason() const noexcept { return reason_; }

 private:
  struct Recorded {
    CallInputs inputs = {};  // the graph's input buffers
    c10::IValue outputs = {};
    std::unique_ptr<DeviceGraph> graph = {};  // null for plain calls
  };

  Recorded& recorded_for(const CallInputs& inputs);
  void record_into(Recorded& recorded, const CallInputs& inputs);
  std::string difference_from_plain(Recorded& recorded, const CallInputs& inputs);

  const CudaApi& api_;
  int device_;
  DeviceCall call_;
  std::string reason_ = {};
  std::map<std::string, Recorded> by_shape_ = {};
  const CallInputs* last_ = nullptr;  // the inputs of the last call
  Recorded* last_recorded_ = nullptr;
};

}  // namespace tsctl
