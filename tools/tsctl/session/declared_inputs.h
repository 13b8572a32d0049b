#pragma once

#include <string>

#include "tsctl/core/report.h"

namespace tsctl {

// "the file declares ids:BxT:int64@0..4999, the input is ids:2x7:float32", or what is known of it.
std::string declared_inputs_text(const InputsInfo& inputs);

// Puts that text into the error's hint if the hint asks for it.
void name_declared_inputs(ErrorInfo& error, const InputsInfo& inputs);

}  // namespace tsctl
