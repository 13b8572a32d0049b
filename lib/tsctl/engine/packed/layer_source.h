#pragma once

#include <string>

namespace tsctl::packed {

// An elementwise operator that a packed layer applies to its result.
enum class Activation { none, relu, gelu, gelu_tanh, silu, hardswish, sigmoid, tanh };

// The kernels that a layer chooses from. Files hold these numbers.
enum class Kernel { plain = 0, mkl = 1, onednn = 2, linear = 3, onednn_linear = 4 };

// "__torch__.tsctl.PackedLinear_gelu"
std::string linear_class_name(Activation activation);
std::string conv_class_name(Activation activation);

// The namespace that holds the classes: what comes before the class's own name.
inline constexpr const char* kClassNamespace = "__torch__.tsctl";

// The TorchScript of a class of this full name, as a file stores it. It calls stock operators only.
std::string linear_class_source(const std::string& name, Activation activation);
std::string conv_class_source(const std::string& name, Activation activation);
// An LSTM has no activation of its own; the argument is `none`.
std::string lstm_class_source(const std::string& name, Activation activation);

}  // namespace tsctl::packed
