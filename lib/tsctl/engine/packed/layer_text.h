#pragma once

#include <string_view>
#include <vector>

namespace tsctl::packed {

struct Attribute {
  std::string_view name = {};
  std::string_view type = {};
  bool is_stored = true;  // in files; otherwise the layer computes it when it is loaded
};

// The TorchScript of one kind of layer, without the attributes and methods that all kinds have (layer_source.cpp).
// `methods` are texts that follow each other; the newline at the start of each is left out. Together they define
//   forward(…)       which chooses the kernel by its arguments, and what it calls
//   is_packable()    whether the weights are what kernels can pack
//   pack(kernel)     the weights in the layout of this kernel
//   sample()         an input for the measurement of the kernels
//   called(x)        the layer's result for it
// and hold placeholders, which get a value for each class:
//   $CLASS           the full name of the class
//   $NAME            its last part
//   $POST_OP         the activation that oneDNN applies, or none
//   $ALGORITHM       the variant of $POST_OP
//   $AFTER_PLAIN     what applies the activation to `y`, the result of an operator that applied none
//   $AFTER_ONEDNN    the same for the result of an operator that applied $POST_OP: `y` if nothing remains
//
// Numbers in the text: a kernel is one of `Kernel` (layer_source.h), dtype 6 is float32, layout 0 is strided, and memory
// format 2 is channels-last.
struct LayerText {
  std::vector<Attribute> attributes = {};
  std::vector<std::string_view> methods = {};
};

// Each in the file of its name: linear_layer.cpp and so on.
const LayerText& linear_layer();
const LayerText& conv_layer();
const LayerText& conv_transpose_layer();
const LayerText& lstm_layer();
const LayerText& gru_layer();

}  // namespace tsctl::packed
