#pragma once

#include <map>
#include <memory>
#include <string>

#include "tsctl/core/cuda_api.h"
#include "tsctl/engine/device_timing.h"
#include "tsctl/engine/inputs.h"

namespace tsctl {

// A model's calls on a device as graphs: recorded once for each shape of the inputs, replayed from then on. Where that
// cannot be done, or its outputs are not those of plain calls, calls stay plain.
class GraphedCalls {
 public:
  // `call` is the plain call; `device` the number of the device that it runs on.
  GraphedCalls(const CudaApi& api, int device, DeviceCall call);

  // Records calls on inputs of this shape, once. Throws Error{execution} where not even plain calls are possible
  // afterwards.
  void record(const CallInputs& inputs);

  // The outputs on these inputs; the next call overwrites them. Records a shape that is new. Inputs are told apart by
  // their address: those that stay where they are must keep their values.
  c10::IValue call(const CallInputs& inputs);

  // Why the calls of some shape are plain, the first such reason; "" if all are recorded.
  const std::string& reason() const noexcept { return reason_; }

 private:
  struct Recorded {
    CallInputs inputs = {};  // what the graph reads
    c10::IValue outputs = {};
    std::unique_ptr<DeviceGraph> graph = {};  // null where calls stay plain
  };

  Recorded& recorded_for(const CallInputs& inputs);
  void record_into(Recorded& recorded, const CallInputs& inputs);
  std::string difference_from_plain(Recorded& recorded, const CallInputs& inputs);

  const CudaApi& api_;
  int device_;
  DeviceCall call_;
  std::string reason_ = {};
  std::map<std::string, Recorded> by_shape_ = {};
  const CallInputs* last_ = nullptr;  // whose values the last graph's inputs hold
  Recorded* last_recorded_ = nullptr;
};

}  // namespace tsctl
