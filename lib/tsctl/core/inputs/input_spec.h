#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tsctl/core/inputs/dtype.h"

namespace tsctl {

// One size of a shape: a number, or the name of a dimension that --dim gives values to.
struct Size {
  std::int64_t value = 0;
  std::string dim = {};  // empty for a plain number
};

// One --input: [NAME:]SHAPE[:DTYPE][@LO..HI].
// NAME is [A-Za-z_]\w*. SHAPE is sizes joined by "x" ("Bx3x224x224"), or sizes in brackets ("[B,3,224,224]"), or
// "scalar"; a size is a number or a dimension [A-Z][A-Z0-9_]*. `a:b` is SHAPE:DTYPE when b is a dtype, otherwise
// NAME:SHAPE. LO and HI are included, whole numbers for an integer dtype, and not possible for bool.
struct InputSpec {
  std::string text = {};  // as the user gave it
  std::string name = {};  // empty for a positional input
  std::vector<Size> shape = {};
  Dtype dtype = Dtype::float32;
  std::optional<double> low = {};  // both ends are included
  std::optional<double> high = {};
};

// One --dim: NAME=V1,V2,….
struct DimSpec {
  std::string name = {};
  std::vector<std::int64_t> values = {};
};

// Read one --input or --dim (or another flag of the form NAME=V1,V2,…). Throw Error{usage} that echoes the text and
// names the part at fault.
InputSpec input_spec_from_text(const std::string& text);
DimSpec dim_spec_from_text(const std::string& text, const std::string& flag = "--dim");

// Reads "B=8" or "B=8,T=16", the form in which InputPlan keeps --bench-dim. Empty text gives no dimension.
// Throws Error{usage}.
std::vector<DimSpec> bench_dims_from_text(const std::string& text);

// The spec in its one normal form ("ids:BxT:int64@0..30521"), which reads back as an equal spec.
std::string text_from_input_spec(const InputSpec& spec);

}  // namespace tsctl
