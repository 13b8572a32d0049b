#include "tsctl/engine/passes/rewritten_model.h"

#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/ir/constants.h>

#include <set>

#include "tsctl/core/base/error.h"
#include "tsctl/engine/passes/nodes.h"

namespace tsctl {

namespace {

using torch::jit::Node;

void require_loadable(const Node& node, const std::string& model_path) {
  if (node.kind() != c10::prim::ConstantMKLDNNTensor) return;
  throw Error(ErrorKind::execution,
              "'" + model_path +
                  "' holds weights in a layout of oneDNN's own, "
                  "which LibTorch writes and cannot load again",
              "start from the file before optimize_for_inference");
}

// The bytes of a tensor that is a constant and not `counted` yet.
std::int64_t constant_bytes(const Node& node, std::set<const void*>& counted) {
  if (node.kind() != c10::prim::Constant ||
      !node.output()->type()->isSubtypeOf(*c10::TensorType::get())) {
    return 0;
  }
  const at::Tensor tensor = torch::jit::toIValue(node.output()).value().toTensor();
  if (!tensor.has_storage() || !counted.insert(tensor.storage().data()).second) return 0;
  return static_cast<std::int64_t>(tensor.nbytes());
}

bool is_active_dropout(const Node& node) {
  return passes::is_any_of(node, {"aten::dropout", "aten::dropout_", "aten::feature_dropout",
                                  "aten::alpha_dropout"}) &&
         torch::jit::constant_as<bool>(node.input(2)).value_or(false);
}

}  // namespace

void describe_rewritten(const passes::Model& model, const RewriteRequest& request,
                        RewriteResult& result) {
  std::set<const void*> counted;
  for (const std::string& method : model.methods) {
    passes::for_each_node(*model.graph_of(method), [&](Node& node) {
      require_loadable(node, request.model_path);
      result.constants_bytes += constant_bytes(node, counted);
      if (is_active_dropout(node)) {
        result.warnings.push_back(
            {WarningCode::active_dropout,
             "dropout stays active at " + model.paths.place_of(node) +
                 ": the code asks for it, or the model was captured in training mode"});
      }
    });
  }
  for (const torch::jit::Method& method : model.module.get_methods())
    result.methods.push_back(method.name());
}

}  // namespace tsctl
