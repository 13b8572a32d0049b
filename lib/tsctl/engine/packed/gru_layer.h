#pragma once

#include "tsctl/engine/packed/layer_text.h"

namespace tsctl::packed {

const LayerText& gru_layer();

}  // namespace tsctl::packed
