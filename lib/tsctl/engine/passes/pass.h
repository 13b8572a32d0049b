#pragma once

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "tsctl/core/pass_list.h"
#include "tsctl/engine/passes/model.h"
#include "tsctl/engine/passes/nodes.h"

namespace tsctl::passes {

// What a pass did to a method. A place that matched was either rewritten or skipped.
struct PassOutcome {
  bool changed = false;
  std::int64_t rewritten = 0;
  std::vector<std::string> changes = {};  // a sentence each
  std::vector<PassSkip> skipped = {};
};

// What a pass works on, one method of the model, and where it accounts for what it does.
class PassContext {
 public:
  PassContext(Model& model, std::string method) : model_(model), method_(std::move(method)) {}

  // The model. A pass may replace it and add to it; what it adds by the functions below gets a name that is free.
  torch::jit::Module& module() noexcept { return model_.module; }
  // The names that --preserve gave.
  const std::vector<std::string>& preserved() const noexcept { return model_.preserved; }
  const std::string& method() const noexcept { return method_; }
  // The method's graph, inlined. Its first input is the model.
  std::shared_ptr<torch::jit::Graph> graph() const { return model_.graph_of(method_); }
  // "features.1": where a node came from.
  std::string place_of(const torch::jit::Node& node) const { return model_.paths.place_of(node); }

  // The submodule that a node came from; empty for a node of the model's own method, and in a frozen file.
  std::string path_of(const torch::jit::Node& node) const {
    return model_.paths.path_from_calls(node);
  }

  // What the values of the graph were in runs on the declared inputs. The first call runs the model; a later call gives
  // the same until the pass ends, so values that the pass itself creates are unknown. Every value is unknown if no
  // inputs were declared, and in methods other than forward. Throws Error{execution} if the model fails on its inputs.
  const ObservedTypes& observed_types() { return model_.observed_types(method_); }

  // Whether the pass may rewrite this place, which --bisect limits. A pass asks once for each place that it is about to
  // rewrite, and skips the place if not. A pass that hands its work to LibTorch as a whole asks once.
  bool may_rewrite(const torch::jit::Node& node);
  bool may_rewrite();

  // Notes that `count` places were rewritten; `change` says so in words ("folded batch_norm into conv2d at features.1").
  void rewrote(std::string change, std::int64_t count = 1);
  // Notes a change that an earlier sentence covers.
  void rewrote(std::int64_t count);
  // Notes a place that matched and stays as it was.
  void skip(const torch::jit::Node& node, std::string reason);

  // Takes the nodes out of the graph, each replaced by its first input, and notes "removed OP at PLACE" for each.
  // The nodes must have one output.
  void remove_pass_through(const std::vector<torch::jit::Node*>& nodes);

  // Adds to the model an attribute or a submodule and gives its name: `stem`, with a number if that is taken.
  std::string add_attribute(const std::string& stem, const c10::TypePtr& type,
                            const c10::IValue& value);
  std::string add_submodule(const std::string& stem, const torch::jit::Module& submodule);
  // Inserts a read of an attribute of the model before `node`, which must not be in a forked subgraph.
  torch::jit::Value* read_attribute(const std::string& name, torch::jit::Node* node);
  // Inserts `self.SUBMODULE.METHOD(arguments)` before `before`, which must not be in a forked subgraph.
  torch::jit::Value* insert_call(torch::jit::Node* before, const std::string& submodule,
                                 const std::string& method,
                                 const std::vector<torch::jit::Value*>& arguments);
  // Replaces the node by `self.SUBMODULE.METHOD(arguments)`, which must have one output and not be in a
  // forked subgraph.
  void replace_by_call(torch::jit::Node* node, const std::string& submodule,
                       const std::string& method, const std::vector<torch::jit::Value*>& arguments);

  // What makes packed layers, and the list of those that were made.
  packed::LayerFactory& layers() noexcept { return model_.layers; }
  void packed(PackedLayer layer) { model_.packed_layers.push_back(std::move(layer)); }

  const PassOutcome& outcome() const noexcept { return outcome_; }

 private:
  Model& model_;
  const std::string method_;
  PassOutcome outcome_ = {};
};

// The code of a pass. passes/NAME.cpp defines the one of the two that fits the scope of its row:
//   template <>
//   void run_on_method<row_of("NAME")>(PassContext& context) { … }
template <std::size_t row>
void run_on_method(PassContext& context);
// Gets the contexts of all methods that are kept.
template <std::size_t row>
void run_on_model(std::vector<PassContext>& methods);

// A row of the list with its code: one of the two functions.
struct Pass {
  PassInfo info = {};
  void (*on_method)(PassContext&) = nullptr;
  void (*on_model)(std::vector<PassContext>&) = nullptr;
};

// The passes of kPasses, in their order.
std::span<const Pass> listed_passes();

}  // namespace tsctl::passes
