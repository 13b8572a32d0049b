#include "tsctl/engine/passes/pipeline.h"

#include <torch/csrc/jit/passes/inliner.h>

#include <algorithm>
#include <iostream>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "tsctl/core/base/error.h"
#include "tsctl/engine/device.h"
#include "tsctl/engine/guard.h"
#include "tsctl/engine/heap_keeper.h"
#include "tsctl/engine/load.h"
#include "tsctl/engine/passes/kept_methods.h"
#include "tsctl/engine/passes/never_slower.h"
#include "tsctl/engine/passes/pass.h"
#include "tsctl/engine/passes/rewritten_model.h"
#include "tsctl/engine/passes/run_passes.h"
#include "tsctl/engine/passes/speed_check.h"
#include "tsctl/engine/passes/unpack.h"
#include "tsctl/engine/save.h"

namespace tsctl {

namespace {

using passes::Model;
using passes::Pass;
using passes::Rewritten;

void require_freezing(const RewriteRequest& request, bool was_frozen) {
  const bool is_disabled = std::ranges::find(request.disabled_passes, "freeze_constants") !=
                           request.disabled_passes.end();
  if (!is_disabled || was_frozen) return;
  throw Error(ErrorKind::usage,
              "--disable-pass freeze_constants: the other passes need a frozen model",
              "leave freeze_constants on, or skip this step");
}

// Loads the file and gets it ready for the passes. Notes in `result` what the file was.
Model open_model(const RewriteRequest& request, RewriteResult& result) {
  const c10::Device device = open_device(request.device);
  set_numerics(device, request.threads);
  torch::jit::Module module = load_module(request.model_path, device);
  result.keeps_heap = remove_heap_keeper(module);
  passes::unpack(module);
  result.was_frozen = is_frozen(module);
  require_freezing(request, result.was_frozen);
  if (leave_training(module)) {
    result.warnings.push_back({WarningCode::was_training,
                               "the file is in training mode; it was put into eval mode first"});
  }
  return {.module = module,
          .methods = kept_methods(module, request, result.was_frozen),
          .preserved = request.preserve,
          .paths = ModulePaths(module),
          .inputs_tensors = request.inputs_tensors,
          .device = device,
          .layers = packed::LayerFactory(module, request.kernels),
          .rewrites = {.limit = request.rewrite_limit}};
}

std::vector<Pass> passes_of(RewriteGoal goal, std::span<const Pass> listed) {
  std::vector<Pass> chosen;
  for (const Pass& pass : listed) {
    if (goal == RewriteGoal::optimize || pass.info.goal == goal) chosen.push_back(pass);
  }
  return chosen;
}

// The file that is written: before the result is timed, and again only if it then becomes another one.
class OutputFile {
 public:
  explicit OutputFile(std::string path) : path_(std::move(path)) {}

  // Writes the module unless the file holds it.
  void hold(const torch::jit::Module& module) {
    if (held_ == module._ivalue()) return;
    save_module(module, path_);
    held_ = module._ivalue();
  }

  // The module changes, or its memory is needed.
  void forget() { held_ = {}; }

 private:
  std::string path_;
  torch::jit::ModulePtr held_ = {};
};

torch::jit::Module load_for_timing(const std::string& path, const c10::Device& device) {
  torch::jit::Module module = load_module(path, device);
  leave_training(module);
  return module;
}

// One rewrite of a file. run() has the steps that pipeline.h lists.
class Pipeline {
 public:
  Pipeline(std::span<const Pass> listed, const RewriteRequest& request, Events& events,
           std::ostream& ir)
      : listed_(listed),
        request_(request),
        events_(events),
        ir_(ir),
        output_(request.output_path) {}

  RewriteResult run() {
    Rewritten rewritten = load_and_run_passes(request_);
    if (is_timed()) {
      rewritten = request_.time_result ? with_speed(std::move(rewritten))
                                       : without_slower_passes(std::move(rewritten));
    }
    write(rewritten);
    for (const Warning& warning : rewritten.result.warnings) events_.warning(warning);
    return std::move(rewritten.result);
  }

 private:
  // The request may be another one than that of run(): one with fewer passes.
  Rewritten load_and_run_passes(const RewriteRequest& request) {
    RewriteResult result;
    events_.progress("loading " + request.model_path);
    Model model = open_model(request, result);
    const std::string doing = "'" + request.model_path + "' cannot be " +
                              (request.goal == RewriteGoal::freeze ? "frozen" : "optimized");
    guarded(ErrorKind::execution, doing, [&] {
      for (const std::string& method : model.methods) torch::jit::Inline(*model.graph_of(method));
      result.passes =
          passes::run_passes(passes_of(request.goal, listed_), request, model, events_, ir_);
      describe_rewritten(model, request, result);
      result.packed_layers = std::move(model.packed_layers);
      result.rewrites = model.rewrites.wanted;
      result.last_rewrite = model.rewrites.last;
    });
    return {std::move(model), std::move(result)};
  }

  bool is_timed() const {
    return request_.goal == RewriteGoal::optimize &&
           (request_.check_speed || request_.time_result) && !request_.inputs_tensors.empty();
  }

  // Notes whether the result is slower than the input file.
  Rewritten with_speed(Rewritten rewritten) {
    events_.progress("timing " + request_.model_path);
    const auto check = compare_speed(rewritten);
    rewritten.result.is_slower = check && check->is_slower;
    return rewritten;
  }

  Rewritten without_slower_passes(Rewritten first) {
    events_.progress("timing " + request_.model_path);
    const auto run_again = [this](const RewriteRequest& fewer_passes) {
      output_.forget();
      return load_and_run_passes(fewer_passes);
    };
    return passes::without_slower_passes(
        request_, std::move(first), run_again,
        [this](const Rewritten& rewritten) { return compare_speed(rewritten); });
  }

  // Writes the result and loads both files: a call may change the state of a module.
  std::optional<SpeedCheck> compare_speed(const Rewritten& rewritten) {
    output_.hold(rewritten.model.module);
    const c10::Device& device = rewritten.model.device;
    return check_speed(load_for_timing(request_.model_path, device),
                       load_for_timing(request_.output_path, device), request_.inputs_tensors,
                       device);
  }

  // With the submodule that keeps the heap, if the request or else the input file asks for it.
  void write(Rewritten& rewritten) {
    rewritten.result.keeps_heap = request_.keep_heap.value_or(rewritten.result.keeps_heap);
    if (rewritten.result.keeps_heap) {
      output_.forget();
      add_heap_keeper(rewritten.model.module);
    }
    events_.progress("writing " + request_.output_path);
    output_.hold(rewritten.model.module);
  }

  std::span<const Pass> listed_;
  const RewriteRequest& request_;
  Events& events_;
  std::ostream& ir_;
  OutputFile output_;
};

}  // namespace

RewriteResult rewrite_with(std::span<const Pass> listed, const RewriteRequest& request,
                           Events& events, std::ostream& ir) {
  return Pipeline(listed, request, events, ir).run();
}

RewriteResult rewrite(const RewriteRequest& request, Events& events) {
  return rewrite_with(passes::listed_passes(), request, events, std::cerr);
}

}  // namespace tsctl
