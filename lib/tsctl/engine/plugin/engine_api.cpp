#include "tsctl/core/engine_api.h"

#include <optional>
#include <type_traits>

#include "tsctl/engine/arm.h"
#include "tsctl/engine/compare.h"
#include "tsctl/engine/describe.h"
#include "tsctl/engine/graph_text.h"
#include "tsctl/engine/guard.h"
#include "tsctl/engine/load.h"
#include "tsctl/engine/model_warnings.h"
#include "tsctl/engine/op_libraries.h"
#include "tsctl/engine/passes/pipeline.h"
#include "tsctl/engine/run.h"

namespace tsctl {

namespace {

// The last net: what LibTorch throws outside every guarded step still leaves as an Error.
template <auto kFunction>
struct Entry;

template <typename Result, typename Request, Result (*kFunction)(const Request&, Events&)>
struct Entry<kFunction> {
  static Result call(const Request& request, Events& events) {
    // An arm has its own, which lives as long as the arm.
    std::optional<ModelWarnings> warnings;
    if constexpr (!std::is_same_v<Request, ArmRequest>) warnings.emplace(&events);
    return guarded(ErrorKind::execution, "LibTorch failed",
                   [&] { return kFunction(request, events); });
  }
};

}  // namespace

}  // namespace tsctl

extern "C" __attribute__((visibility("default"))) const tsctl::EngineApi* tsctl_engine_api() {
  static constexpr tsctl::EngineApi kApi{
      .version = tsctl::kEngineApiVersion,
      .libtorch_version = &tsctl::libtorch_version,
      .load_op_libraries = &tsctl::load_op_libraries,
      .describe = tsctl::Entry<&tsctl::describe_libtorch>::call,
      .rewrite = tsctl::Entry<&tsctl::rewrite>::call,
      .compare = tsctl::Entry<&tsctl::compare>::call,
      .run = tsctl::Entry<&tsctl::run_file>::call,
      .graph = tsctl::Entry<&tsctl::read_graph>::call,
      .open_arm = tsctl::Entry<&tsctl::open_file_arm>::call,
  };
  return &kApi;
}
