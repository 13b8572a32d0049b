#pragma once

#include <string>

namespace tsctl::packed {

// An elementwise operator that a packed layer applies to its result.
enum class Activation { none, relu, gelu, gelu_tanh, silu, hardswish, sigmoid, tanh };

// The kernels that a layer chooses from. Files hold these numbers.
enum class Kernel { plain = 0, mkl = 1, onednn = 2, linear = 3, onednn_linear = 4 };

// "__torch__.tsctl.packed_linear_gelu.PackedLinear_gelu". A class has a record of its own in a file, so that its text does
// not depend on other classes: archive/own_classes.h recognises it.
std::string linear_class_name(Activation activation);
std::string conv_class_name(Activation activation);
std::string conv_transpose_class_name(Activation activation);
std::string lstm_class_name();
std::string gru_class_name();

// The namespace that holds all of them.
inline constexpr const char* kClassNamespace = "__torch__.tsctl";

// The TorchScript of a class of this full name, as a file stores it. It calls stock operators only.
std::string linear_class_source(const std::string& name, Activation activation);
std::string conv_class_source(const std::string& name, Activation activation);
std::string conv_transpose_class_source(const std::string& name, Activation activation);
// An LSTM or a GRU has no activation of its own; the argument is `none`.
std::string lstm_class_source(const std::string& name, Activation activation);
std::string gru_class_source(const std::string& name, Activation activation);

}  // namespace tsctl::packed
