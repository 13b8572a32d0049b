#pragma once

#include "tsctl/engine/packed/layer_text.h"

namespace tsctl::packed {

const LayerText& conv_transpose_layer();

}  // namespace tsctl::packed
