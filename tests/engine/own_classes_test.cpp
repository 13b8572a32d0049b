#include "tsctl/archive/own_classes.h"

#include <gtest/gtest.h>

#include "packed_support.h"
#include "tsctl/archive/model_archive.h"
#include "tsctl/engine/heap_keeper.h"
#include "tsctl/engine/packed/layer_source.h"

namespace tsctl {
namespace {

using packed::Activation;

constexpr std::array kClassActivations{
    Activation::none, Activation::relu,      Activation::gelu,    Activation::gelu_tanh,
    Activation::silu, Activation::hardswish, Activation::sigmoid, Activation::tanh};

// Saves the module and checks that each class of tsctl in the file is known, by its text.
void expect_known(const torch::jit::Module& module, OwnClass kind) {
  const test::TempDir dir;
  const std::string path = dir.file("own.pt");
  module.save(path);
  const ModelArchive archive = open_model_archive(path);
  int count = 0;
  for (const auto& [name, type] : archive.code.classes) {
    if (type.source.empty()) continue;
    ++count;
    EXPECT_EQ(own_class(type), kind) << name << ": add KnownClass{\"" << own_class_digest(type)
                                     << "\", …} to archive/own_classes.cpp";
  }
  EXPECT_EQ(count, 1);
}

torch::jit::Module holder_of(const torch::jit::Module& layer) {
  torch::jit::Module holder("Model");
  holder.register_module("layer", layer);
  return holder;
}

TEST(OwnClasses, know_every_packed_layer_by_its_text) {
  const at::Tensor square = torch::ones({16, 16});
  for (const Activation activation : kClassActivations) {
    torch::jit::Module model("Model");
    packed::LayerFactory factory(model, KernelChoice::onednn);
    expect_known(
        holder_of(factory.linear({.weight = square, .rows = {4}, .activation = activation})),
        OwnClass::packed_layer);
    expect_known(holder_of(factory.conv({.weight = torch::ones({4, 4, 3, 3}),
                                         .stride = {1, 1},
                                         .padding = {1, 1},
                                         .dilation = {1, 1},
                                         .groups = 1,
                                         .sizes = {{1, 4, 8, 8}},
                                         .activation = activation})),
                 OwnClass::packed_layer);
    expect_known(holder_of(factory.conv({.is_transposed = true,
                                         .weight = torch::ones({4, 4, 2, 2}),
                                         .stride = {2, 2},
                                         .padding = {0, 0},
                                         .output_padding = {0, 0},
                                         .dilation = {1, 1},
                                         .groups = 1,
                                         .sizes = {{1, 4, 8, 8}},
                                         .activation = activation})),
                 OwnClass::packed_layer);
  }
  torch::jit::Module model("Model");
  packed::LayerFactory factory(model, KernelChoice::onednn);
  expect_known(holder_of(factory.lstm({.weights = {torch::ones({16, 4}), torch::ones({16, 4}),
                                                   torch::ones({16}), torch::ones({16})},
                                       .layers = 1,
                                       .sizes = {{3, 1, 4}}})),
               OwnClass::packed_layer);
  expect_known(holder_of(factory.gru({.weights = {torch::ones({12, 4}), torch::ones({12, 4}),
                                                  torch::ones({12}), torch::ones({12})},
                                      .layers = 1,
                                      .sizes = {{3, 1, 4}}})),
               OwnClass::packed_layer);
}

TEST(OwnClasses, know_the_keeper_of_the_heap) {
  torch::jit::Module model("Model");
  add_heap_keeper(model);
  expect_known(model, OwnClass::heap_keeper);
}

}  // namespace
}  // namespace tsctl
