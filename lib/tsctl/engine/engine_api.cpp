#include "tsctl/core/engine_api.h"

#include "tsctl/engine/arm.h"
#include "tsctl/engine/compare.h"
#include "tsctl/engine/describe.h"
#include "tsctl/engine/graph_text.h"
#include "tsctl/engine/pipeline.h"
#include "tsctl/engine/run.h"

extern "C" __attribute__((visibility("default"))) const tsctl::EngineApi* tsctl_engine_api() {
  static constexpr tsctl::EngineApi kApi{
      .version = tsctl::kEngineApiVersion,
      .describe = tsctl::describe_libtorch,
      .rewrite = tsctl::rewrite,
      .compare = tsctl::compare,
      .run = tsctl::run_file,
      .graph = tsctl::read_graph,
      .open_arm = tsctl::open_file_arm,
  };
  return &kApi;
}
