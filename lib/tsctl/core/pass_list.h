#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include "tsctl/core/rewrite.h"

namespace tsctl {

// How a pass changes the arithmetic of a model. `exact` leaves every output bit-identical.
enum class Exactness { exact, reorders_floating_point, changes_precision };

// The device that the rewritten graph can run on.
enum class ResultDevice { any, cpu, cuda };

// What a pass rewrites in one go: one method after the other, or the whole model.
enum class PassScope { method, model };

struct PassInfo {
  std::string_view name = {};
  RewriteGoal goal = RewriteGoal::freeze;  // the first command that runs it
  Exactness exactness = Exactness::exact;
  ResultDevice runs_on = ResultDevice::any;
  PassScope scope = PassScope::method;
  // The pass and its neighbours that repeat too run in turn until none of them changes anything.
  bool repeats = false;
  std::string_view summary = {};
};

// Every pass, in the order in which they run. This is the only list of them: engine/passes/NAME.cpp holds the code of
// the row NAME, and the engine does not link without it. docs/passes.md says how to add one.
inline constexpr std::array kPasses{
    PassInfo{.name = "remove_gradient",
             .summary = "Drops detach calls and the guards that only matter while gradients are "
                        "recorded."},
    PassInfo{.name = "freeze_constants",
             .scope = PassScope::model,
             .summary = "Turns parameters and attributes into constants of the graph."},
    PassInfo{.name = "remove_dropout",
             .summary = "Removes dropout, which does nothing outside training."},
    PassInfo{.name = "remove_no_ops",
             .goal = RewriteGoal::optimize,
             .summary = "Removes conversions, copies, factors and summands that change nothing."},
    PassInfo{.name = "decompose_attention",
             .goal = RewriteGoal::optimize,
             .exactness = Exactness::reorders_floating_point,
             .summary =
                 "Takes the fused attention and encoder layers of LibTorch apart into linear "
                 "layers and scaled_dot_product_attention."},
    PassInfo{.name = "fold_pad_conv",
             .goal = RewriteGoal::optimize,
             .exactness = Exactness::reorders_floating_point,
             .summary = "Turns zeros around the input of a convolution into its padding."},
    PassInfo{.name = "fold_conv_batchnorm",
             .goal = RewriteGoal::optimize,
             .exactness = Exactness::reorders_floating_point,
             .repeats = true,
             .summary = "Folds a batch norm into the weights of the convolution before it."},
    PassInfo{.name = "fold_conv_add_sub",
             .goal = RewriteGoal::optimize,
             .exactness = Exactness::reorders_floating_point,
             .repeats = true,
             .summary = "Folds a constant that is added to or subtracted from a convolution's "
                        "result into its bias."},
    PassInfo{.name = "fold_conv_mul_div",
             .goal = RewriteGoal::optimize,
             .exactness = Exactness::reorders_floating_point,
             .repeats = true,
             .summary = "Folds a constant that a convolution's result is multiplied or divided by "
                        "into its weights."},
    PassInfo{.name = "fold_linear_batchnorm",
             .goal = RewriteGoal::optimize,
             .exactness = Exactness::reorders_floating_point,
             .repeats = true,
             .summary = "Folds a batch norm into the weights of the linear layer before it."},
    PassInfo{.name = "fold_linear_mul_add",
             .goal = RewriteGoal::optimize,
             .exactness = Exactness::reorders_floating_point,
             .repeats = true,
             .summary = "Folds a constant that a linear layer's result is multiplied by, divided "
                        "by or added to into its weights and bias."},
    PassInfo{.name = "concat_linear",
             .goal = RewriteGoal::optimize,
             .exactness = Exactness::reorders_floating_point,
             .runs_on = ResultDevice::cuda,
             .summary = "Joins linear layers that read the same input into one (only for weights "
                        "on a CUDA device)."},
    PassInfo{.name = "fuse_attention",
             .goal = RewriteGoal::optimize,
             .exactness = Exactness::reorders_floating_point,
             .summary = "Puts scaled_dot_product_attention in the place of products with a softmax "
                        "between them."},
    PassInfo{.name = "fuse_normalization",
             .goal = RewriteGoal::optimize,
             .exactness = Exactness::reorders_floating_point,
             .summary = "Puts layer_norm, rms_norm or softmax in the place of the arithmetic that "
                        "spells it out."},
    PassInfo{.name = "fuse_activation",
             .goal = RewriteGoal::optimize,
             .exactness = Exactness::reorders_floating_point,
             .summary =
                 "Puts gelu, silu or hardswish in the place of the arithmetic that spells it "
                 "out."},
    PassInfo{.name = "peephole",
             .goal = RewriteGoal::optimize,
             .summary = "Simplifies the graph: constants are computed once, repeated expressions "
                        "shared, unused ones removed."},
    PassInfo{.name = "pack_linear",
             .goal = RewriteGoal::optimize,
             .exactness = Exactness::reorders_floating_point,
             .runs_on = ResultDevice::cpu,
             .summary = "Packs the weights of linear layers when the file is loaded, for the "
                        "fastest kernel of that host."},
    PassInfo{.name = "pack_lstm",
             .goal = RewriteGoal::optimize,
             .exactness = Exactness::reorders_floating_point,
             .runs_on = ResultDevice::cpu,
             .summary = "Packs the weights of LSTMs in the same way."},
    PassInfo{.name = "pack_gru",
             .goal = RewriteGoal::optimize,
             .exactness = Exactness::reorders_floating_point,
             .runs_on = ResultDevice::cpu,
             .summary = "Packs the weights of GRUs in the same way."},
    PassInfo{.name = "pack_conv",
             .goal = RewriteGoal::optimize,
             .exactness = Exactness::reorders_floating_point,
             .runs_on = ResultDevice::cpu,
             .summary = "Packs the weights of convolutions in the same way, and keeps images in "
                        "channels-last order between them."},
};

// The row of a pass. A name that is in no row does not compile.
consteval std::size_t row_of(std::string_view name) {
  const auto row =
      std::ranges::find_if(kPasses, [name](const PassInfo& pass) { return pass.name == name; });
  if (row == kPasses.end()) throw "kPasses has no pass of this name";
  return static_cast<std::size_t>(row - kPasses.begin());
}

}  // namespace tsctl
