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
// CLASS stands for the full name of the class, AFTER_PLAIN, AFTER_ONEDNN, ONEDNN and ALGORITHM for its activation.
struct LayerText {
  std::vector<Attribute> attributes = {};
  std::string_view methods = {};
};

}  // namespace tsctl::packed
