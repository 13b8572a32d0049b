#include "tsctl/engine/pipeline.h"

#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/passes/constant_propagation.h>
#include <torch/csrc/jit/passes/freeze_module.h>
#include <torch/csrc/jit/passes/inliner.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <set>
#include <utility>

#include "tsctl/core/base/error.h"
#include "tsctl/engine/device.h"
#include "tsctl/engine/guard.h"
#include "tsctl/engine/load.h"
#include "tsctl/engine/passes/passes.h"
#include "tsctl/engine/save.h"

namespace tsctl {

namespace {

using Clock = std::chrono::steady_clock;

struct GraphPass {
  const char* name;
  void (*run)(passes::PassContext&);
};

// One fold makes room for the next (a convolution, then a multiplication, then an addition), so these repeat until
// none finds anything.
constexpr std::array<GraphPass, 4> kFolds{{
    {"fold_conv_batchnorm", passes::fold_conv_batchnorm},
    {"fold_conv_add_sub", passes::fold_conv_add_sub},
    {"fold_conv_mul_div", passes::fold_conv_mul_div},
    {"fold_linear_batchnorm", passes::fold_linear_batchnorm},
}};

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

bool has_attribute(const torch::jit::Module& module, const std::string& name) {
  const auto dot = name.find('.');
  const std::string first = name.substr(0, dot);
  if (!module.hasattr(first)) return false;
  if (dot == std::string::npos) return true;
  return module.attr(first).isModule() &&
         has_attribute(module.attr(first).toModule(), name.substr(dot + 1));
}

// True for "encoder.encode" where encoder is a submodule with that method.
bool is_method_of_part(const torch::jit::Module& module, const std::string& name) {
  const auto dot = name.find('.');
  if (dot == std::string::npos) return module.find_method(name).has_value();
  const std::string part = name.substr(0, dot);
  return module.hasattr(part) && module.attr(part).isModule() &&
         is_method_of_part(module.attr(part).toModule(), name.substr(dot + 1));
}

std::string counted(std::size_t count, const std::string& thing) {
  return std::to_string(count) + ' ' + thing + (count == 1 ? "" : "s");
}

// What a module has to be frozen.
struct Slots {
  std::size_t parameters = 0;
  std::size_t buffers = 0;
};

Slots slots_of(const torch::jit::Module& module) {
  return {module.parameters(/*recurse=*/true).size(), module.buffers(/*recurse=*/true).size()};
}

std::string describe_frozen(const Slots& before, const Slots& after) {
  return "made " + counted(before.parameters - after.parameters, "parameter") + " and " +
         counted(before.buffers - after.buffers, "buffer") + " constant";
}

// A frozen file spells its lists out again ([1, 1] is a constant in memory and an expression in the file), and the
// folds take constants only.
void restore_constants(passes::PassContext& context) {
  const std::int64_t before = passes::count_nodes(*context.graph);
  torch::jit::ConstantPropagation(context.graph);
  if (passes::count_nodes(*context.graph) == before) return;
  context.changes.push_back(
      "the file was frozen already; made its lists and numbers constants again");
}

class Pipeline {
 public:
  Pipeline(const RewriteRequest& request, torch::jit::Module module, Events& events)
      : request_(request), events_(events), module_(std::move(module)) {
    result_.was_frozen = is_frozen(module_);
    require_freezable();
    if (leave_training(module_)) {
      result_.warnings.push_back({WarningCode::was_training,
                                  "the file is in train mode; it was put into eval mode first"});
    }
    choose_methods();
  }

  RewriteResult run() {
    const ModulePaths paths(module_);
    for (const std::string& method : methods_) torch::jit::Inline(*graph_of(method));
    run_pass({"remove_gradient", passes::remove_gradient}, paths);
    freeze(paths);
    run_pass({"remove_dropout", passes::remove_dropout}, paths);
    if (request_.goal == RewriteGoal::optimize) {
      run_folds(paths);
      run_pass({"concat_linear", passes::concat_linear}, paths);
      run_pass({"peephole", passes::peephole}, paths);
    }
    order_records();
    look_at_result(paths);
    return std::move(result_);
  }

  const torch::jit::Module& module() const noexcept { return module_; }

 private:
  bool disabled(const std::string& pass) const {
    return std::find(request_.disabled_passes.begin(), request_.disabled_passes.end(), pass) !=
           request_.disabled_passes.end();
  }

  void require_freezable() const {
    if (!disabled("freeze_constants") || result_.was_frozen) return;
    throw Error(ErrorKind::usage,
                "--disable-pass freeze_constants: the other passes need a frozen model",
                "leave freeze_constants on, or do without this step");
  }

  // LibTorch looks the attributes that a submodule's method reads up in the model itself, and fails.
  void keep(const std::string& name) {
    if (module_.find_method(name)) {
      if (std::find(methods_.begin(), methods_.end(), name) == methods_.end())
        methods_.push_back(name);
      return;
    }
    if (has_attribute(module_, name)) return;
    if (is_method_of_part(module_, name)) {
      throw Error(ErrorKind::usage,
                  "--preserve " + name + ": only methods of the model itself can be preserved",
                  "its methods: " + method_names(module_));
    }
    throw Error(ErrorKind::usage,
                "--preserve " + name + ": the model has no method or attribute of that name",
                "its methods: " + method_names(module_));
  }

  // A frozen file keeps all that it has: what it was told to preserve before is not known any more.
  void choose_methods() {
    if (module_.find_method("forward")) methods_.push_back("forward");
    for (const std::string& name : request_.preserve) keep(name);
    if (result_.was_frozen) {
      for (const torch::jit::Method& method : module_.get_methods()) keep(method.name());
    }
    if (methods_.empty()) {
      throw Error(ErrorKind::usage,
                  "'" + request_.model_path + "' has no forward, and no other method is preserved",
                  "name one with --preserve; its methods: " + method_names(module_));
    }
  }

  std::shared_ptr<torch::jit::Graph> graph_of(const std::string& method) const {
    return module_.get_method(method).graph();
  }

  PassRecord& record_for(const std::string& pass, const std::string& method) {
    for (PassRecord& record : result_.passes) {
      if (record.pass == pass && record.method == method) return record;
    }
    result_.passes.push_back(
        {.pass = pass, .method = method, .status = disabled(pass) ? "disabled" : "unchanged"});
    PassRecord& record = result_.passes.back();
    record.nodes_before = record.nodes_after = passes::count_nodes(*graph_of(method));
    return record;
  }

  // Whether the pass changed anything. A pass that runs again adds to its record: the nodes that it took are summed.
  bool run_on(const GraphPass& pass, const std::string& method, const ModulePaths& paths) {
    PassRecord& record = record_for(pass.name, method);
    if (record.status == "disabled") return false;
    events_.progress(record.pass + " on " + method);
    const auto start = Clock::now();
    passes::PassContext context{graph_of(method), paths, {}};
    const std::int64_t before = passes::count_nodes(*context.graph);
    pass.run(context);
    record.nodes_after += passes::count_nodes(*context.graph) - before;
    record.seconds += seconds_since(start);
    if (context.changes.empty()) return false;
    record.status = "changed";
    record.changes.insert(record.changes.end(), context.changes.begin(), context.changes.end());
    return true;
  }

  void run_pass(const GraphPass& pass, const ModulePaths& paths) {
    for (const std::string& method : methods_) run_on(pass, method, paths);
  }

  void run_folds(const ModulePaths& paths) {
    for (const std::string& method : methods_) {
      for (bool changed = true; changed;) {
        changed = false;
        for (const GraphPass& fold : kFolds) changed = run_on(fold, method, paths) || changed;
      }
    }
  }

  void freeze(const ModulePaths& paths) {
    if (result_.was_frozen) {
      run_pass({"freeze_constants", restore_constants}, paths);
      return;
    }
    events_.progress("freeze_constants");
    for (const std::string& method : methods_) record_for("freeze_constants", method);
    const auto start = Clock::now();
    const Slots before = slots_of(module_);
    module_ = torch::jit::freeze_module(module_, request_.preserve);
    const double seconds = seconds_since(start);
    for (const std::string& method : methods_) {
      PassRecord& record = record_for("freeze_constants", method);
      record.nodes_after = passes::count_nodes(*graph_of(method));
      record.status = "changed";
    }
    PassRecord& first = record_for("freeze_constants", methods_.front());
    first.seconds = seconds;
    first.changes.push_back(describe_frozen(before, slots_of(module_)));
  }

  // Reports read the passes in the order in which they are listed, method by method within each.
  void order_records() {
    const auto place = [](const PassRecord& record) {
      const auto& list = pass_list();
      return std::find_if(list.begin(), list.end(),
                          [&](const PassInfo& pass) { return pass.name == record.pass; }) -
             list.begin();
    };
    std::stable_sort(result_.passes.begin(), result_.passes.end(),
                     [&](const PassRecord& left, const PassRecord& right) {
                       return place(left) < place(right);
                     });
  }

  void look_at_node(const torch::jit::Node& node, const ModulePaths& paths,
                    std::set<const void*>& seen) {
    if (node.kind() == c10::prim::ConstantMKLDNNTensor) {
      throw Error(ErrorKind::execution,
                  "'" + request_.model_path +
                      "' holds weights in a layout of oneDNN's own, "
                      "which LibTorch writes and cannot load again",
                  "start from the file before optimize_for_inference");
    }
    if (node.kind() == c10::prim::Constant &&
        node.output()->type()->isSubtypeOf(*c10::TensorType::get())) {
      const at::Tensor tensor = torch::jit::toIValue(node.output()).value().toTensor();
      if (tensor.has_storage() && seen.insert(tensor.storage().data()).second) {
        result_.constants_bytes += static_cast<std::int64_t>(tensor.nbytes());
      }
    }
    if (passes::is_any_of(node, {"aten::dropout", "aten::dropout_", "aten::feature_dropout",
                                 "aten::alpha_dropout"}) &&
        torch::jit::constant_as<bool>(node.input(2)).value_or(false)) {
      result_.warnings.push_back(
          {WarningCode::active_dropout, "dropout stays active at " + paths.place_of(node) +
                                            ": the model was captured in train mode"});
    }
  }

  void look_at_result(const ModulePaths& paths) {
    std::set<const void*> seen;
    for (const std::string& method : methods_) {
      passes::for_each_node(*graph_of(method),
                            [&](torch::jit::Node& node) { look_at_node(node, paths, seen); });
    }
    for (const torch::jit::Method& method : module_.get_methods())
      result_.methods.push_back(method.name());
  }

  const RewriteRequest& request_;
  Events& events_;
  torch::jit::Module module_;
  std::vector<std::string> methods_ = {};  // kept, forward first
  RewriteResult result_ = {};
};

}  // namespace

RewriteResult rewrite(const RewriteRequest& request, Events& events) {
  const c10::Device device = open_device(request.device);
  set_numerics(device, request.threads);
  events.progress("loading " + request.model_path);
  Pipeline pipeline(request, load_module(request.model_path, device), events);
  const std::string doing = "'" + request.model_path + "' cannot be " +
                            (request.goal == RewriteGoal::freeze ? "frozen" : "optimized");
  RewriteResult result = guarded(ErrorKind::execution, doing, [&] { return pipeline.run(); });
  events.progress("writing " + request.output_path);
  save_module(pipeline.module(), request.output_path);
  for (const Warning& warning : result.warnings) events.warning(warning);
  return result;
}

}  // namespace tsctl
