#pragma once

#include <string>

namespace tsctl::packed {

enum class LayerKind { linear, conv, conv_transpose, lstm, gru };

// An elementwise operator that a packed layer applies to its result. An LSTM or a GRU has none of its own.
enum class Activation { none, relu, gelu, gelu_tanh, silu, hardswish, sigmoid, tanh };

// The kernels that a layer chooses from. Files hold these numbers.
enum class Kernel { plain = 0, mkl = 1, onednn = 2, linear = 3, onednn_linear = 4 };

// The namespace that holds all classes of packed layers.
inline constexpr const char* kClassNamespace = "__torch__.tsctl";

// "__torch__.tsctl.packed_linear_gelu.PackedLinear_gelu". A class has a record of its own in a file, so that its text
// does not depend on other classes: archive/own_classes.h recognises it.
std::string class_name(LayerKind kind, Activation activation);

// The TorchScript of a class of this full name, as a file stores it. It calls stock operators only.
std::string class_source(LayerKind kind, Activation activation, const std::string& full_name);

}  // namespace tsctl::packed
