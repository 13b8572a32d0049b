#include "tsctl/engine/passes/pipeline.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/csrc/jit/passes/inliner.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <iostream>
#include <set>
#include <span>
#include <string_view>
#include <utility>

#include "tsctl/core/base/error.h"
#include "tsctl/engine/device.h"
#include "tsctl/engine/guard.h"
#include "tsctl/engine/heap_keeper.h"
#include "tsctl/engine/load.h"
#include "tsctl/engine/passes/kept_methods.h"
#include "tsctl/engine/passes/never_slower.h"
#include "tsctl/engine/passes/pass.h"
#include "tsctl/engine/passes/rewritten_model.h"
#include "tsctl/engine/passes/speed_check.h"
#include "tsctl/engine/passes/unpack.h"
#include "tsctl/engine/save.h"

namespace tsctl {

namespace {

using passes::Pass;
using passes::PassContext;
using passes::PassOutcome;
using passes::Rewritten;
using Clock = std::chrono::steady_clock;

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

// A pass that runs again adds to its record. A place that it skipped before may have been rewritten since.
void add_outcome(PassRecord& record, const PassOutcome& outcome) {
  record.rewritten += outcome.rewritten;
  record.skipped = outcome.skipped;
  record.matched = record.rewritten + static_cast<std::int64_t>(record.skipped.size());
  if (!outcome.changed) return;
  record.status = PassStatus::changed;
  record.changes.insert(record.changes.end(), outcome.changes.begin(), outcome.changes.end());
}

// Runs passes on a model and keeps their records, pass by pass and method by method.
class Pipeline {
 public:
  Pipeline(const RewriteRequest& request, passes::Model& model, Events& events, std::ostream& ir)
      : request_(request), model_(model), events_(events), ir_(ir) {}

  std::vector<PassRecord> run(std::span<const Pass> listed) {
    for (std::size_t i = 0; i < listed.size();) {
      std::size_t end = i + 1;
      while (listed[i].info.repeats && end < listed.size() && listed[end].info.repeats) ++end;
      run_group(listed.subspan(i, end - i));
      i = end;
    }
    return std::move(records_);
  }

 private:
  // Passes that repeat take turns on a method until none of them changes it.
  void run_group(std::span<const Pass> group) {
    const std::size_t first_record = records_.size();
    for (const Pass& pass : group) {
      for (const std::string& method : model_.methods)
        records_.push_back({.pass = std::string(pass.info.name), .method = method});
    }
    const auto record_of = [&](std::size_t pass, std::size_t method) {
      return &records_[first_record + pass * model_.methods.size() + method];
    };
    if (group.front().on_model != nullptr) {
      run_pass(group.front(), {record_of(0, 0), model_.methods.size()});
      return;
    }
    for (std::size_t method = 0; method < model_.methods.size(); ++method) {
      for (bool changed = true; changed;) {
        changed = false;
        for (std::size_t pass = 0; pass < group.size(); ++pass)
          changed = run_pass(group[pass], {record_of(pass, method), 1}) || changed;
        if (!group.front().info.repeats) break;
      }
    }
  }

  // Runs the pass on the methods of these records. True if it changed any of them.
  bool run_pass(const Pass& pass, std::span<PassRecord> records) {
    const bool disabled = contains(request_.disabled_passes, pass.info.name);
    for (PassRecord& record : records)
      begin(record, disabled ? PassStatus::disabled : PassStatus::unchanged);
    if (disabled) return false;
    events_.progress(records[0].pass +
                     (pass.on_model != nullptr ? "" : " on " + records[0].method));
    print_ir("before", request_.print_ir_before, records);
    std::vector<PassContext> contexts;
    std::vector<std::int64_t> before;
    for (const PassRecord& record : records) {
      contexts.emplace_back(model_, record.method);
      before.push_back(nodes_of(record.method));
    }
    model_.rewrites.pass = pass.info.name;
    const auto start = Clock::now();
    pass.on_model != nullptr ? pass.on_model(contexts) : pass.on_method(contexts[0]);
    records[0].seconds += std::chrono::duration<double>(Clock::now() - start).count();
    bool changed = false;
    for (std::size_t i = 0; i < records.size(); ++i) {
      records[i].nodes_after += nodes_of(records[i].method) - before[i];
      add_outcome(records[i], contexts[i].outcome());
      changed = changed || contexts[i].outcome().changed;
    }
    if (changed) model_.forget_types();
    print_ir("after", request_.print_ir_after, records);
    return changed;
  }

  // Once for each record, although a pass may run again.
  void begin(PassRecord& record, PassStatus status) {
    if (!begun_.insert(&record - records_.data()).second) return;
    record.status = status;
    record.nodes_before = record.nodes_after = nodes_of(record.method);
  }

  std::int64_t nodes_of(const std::string& method) const {
    return passes::count_nodes(*model_.graph_of(method));
  }

  void print_ir(const char* when, const std::vector<std::string>& wanted,
                std::span<const PassRecord> records) {
    for (const PassRecord& record : records) {
      if (!contains(wanted, record.pass)) continue;
      ir_ << "\n# IR " << when << ' ' << record.pass << " on " << record.method << '\n'
          << model_.graph_of(record.method)->toString(/*print_source_locations=*/false)
          << std::flush;
    }
  }

  const RewriteRequest& request_;
  passes::Model& model_;
  Events& events_;
  std::ostream& ir_;
  std::vector<PassRecord> records_ = {};
  std::set<std::ptrdiff_t> begun_ = {};  // indices of records
};

void require_freezing(const RewriteRequest& request, bool was_frozen) {
  if (!contains(request.disabled_passes, "freeze_constants") || was_frozen) return;
  throw Error(ErrorKind::usage,
              "--disable-pass freeze_constants: the other passes need a frozen model",
              "leave freeze_constants on, or skip this step");
}

// Loads the file and gets it ready for the passes.
passes::Model open_model(const RewriteRequest& request, RewriteResult& result) {
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

Rewritten run_passes(std::span<const Pass> listed, const RewriteRequest& request, Events& events,
                     std::ostream& ir) {
  RewriteResult result;
  events.progress("loading " + request.model_path);
  passes::Model model = open_model(request, result);
  const std::string doing = "'" + request.model_path + "' cannot be " +
                            (request.goal == RewriteGoal::freeze ? "frozen" : "optimized");
  guarded(ErrorKind::execution, doing, [&] {
    for (const std::string& method : model.methods) torch::jit::Inline(*model.graph_of(method));
    result.passes = Pipeline(request, model, events, ir).run(passes_of(request.goal, listed));
    describe_rewritten(model, request, result);
    result.packed_layers = std::move(model.packed_layers);
    result.rewrites = model.rewrites.wanted;
    result.last_rewrite = model.rewrites.last;
  });
  return {std::move(model), std::move(result)};
}

torch::jit::Module load_for_timing(const std::string& path, const c10::Device& device) {
  torch::jit::Module module = load_module(path, device);
  leave_training(module);
  return module;
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

// Times the result against the file that came in, if there are inputs to call both with. Both are loaded for this: a
// call may change the state of a module.
Rewritten check_result(std::span<const Pass> listed, const RewriteRequest& request, Rewritten first,
                       OutputFile& output, Events& events, std::ostream& ir) {
  const bool is_timed = request.check_speed || request.time_result;
  if (request.goal != RewriteGoal::optimize || !is_timed || request.inputs_tensors.empty())
    return first;
  events.progress("timing " + request.model_path);
  const c10::Device device = first.model.device;
  const auto speed_of = [&](const Rewritten& rewritten) {
    output.hold(rewritten.model.module);
    return check_speed(load_for_timing(request.model_path, device),
                       load_for_timing(request.output_path, device), request.inputs_tensors,
                       device);
  };
  if (request.time_result) {
    const auto check = speed_of(first);
    first.result.is_slower = check && check->is_slower;
    return first;
  }
  return passes::without_slower_passes(
      request, std::move(first),
      [&](const RewriteRequest& less) {
        output.forget();
        return run_passes(listed, less, events, ir);
      },
      speed_of);
}

}  // namespace

RewriteResult rewrite_with(std::span<const Pass> listed, const RewriteRequest& request,
                           Events& events, std::ostream& ir) {
  Rewritten rewritten = run_passes(listed, request, events, ir);
  OutputFile output(request.output_path);
  rewritten = check_result(listed, request, std::move(rewritten), output, events, ir);
  rewritten.result.keeps_heap = request.keep_heap.value_or(rewritten.result.keeps_heap);
  if (rewritten.result.keeps_heap) {
    output.forget();
    add_heap_keeper(rewritten.model.module);
  }
  events.progress("writing " + request.output_path);
  output.hold(rewritten.model.module);
  for (const Warning& warning : rewritten.result.warnings) events.warning(warning);
  return std::move(rewritten.result);
}

RewriteResult rewrite(const RewriteRequest& request, Events& events) {
  return rewrite_with(passes::listed_passes(), request, events, std::cerr);
}

}  // namespace tsctl
