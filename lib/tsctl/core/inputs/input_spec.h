#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tsctl/core/inputs/dtype.h"

namespace tsctl {

// One size of a shape: a number, or the name of a dimension whose values --dim gives.
struct Size {
  std::int64_t value = 0;
  std::string dim = {};  // empty for a number
};

// One --input: [NAME:]SHAPE[:DTYPE][@LO..HI]. NAME is a parameter, or a path into one (input_path.h). SHAPE is sizes
// joined by "x" ("Bx3x224x224"), sizes in brackets ("[B,3,224,224]"), or "scalar". A size is a number or a dimension
// [A-Z][A-Z0-9_]*. `a:b` is SHAPE:DTYPE if b is a dtype, otherwise NAME:SHAPE. LO and HI are inclusive and whole numbers
// for an integer dtype; a bool has no range.
struct InputSpec {
  std::string text = {};  // as the user wrote it
  std::string name = {};  // empty for a positional input
  std::vector<Size> shape = {};
  Dtype dtype = Dtype::float32;
  std::optional<double> low = {};  // both bounds are inclusive
  std::optional<double> high = {};
};

// One --dim: NAME=V1,V2,….
struct DimSpec {
  std::string name = {};
  std::vector<std::int64_t> values = {};
};

// Parse one --input, or one --dim or another flag of the form NAME=V1,V2,…. Throw Error{usage} that quotes the text and
// names the part that is wrong.
InputSpec input_spec_from_text(const std::string& text);
DimSpec dim_spec_from_text(const std::string& text, const std::string& flag = "--dim");

// Parses InputPlan::bench_dims: "B=8" or "B=8,T=16". Empty text gives no dimensions. Throws Error{usage}.
std::vector<DimSpec> bench_dims_from_text(const std::string& text);

// The spec in its canonical form ("ids:BxT:int64@0..30521"), which parses to an equal spec.
std::string text_from_input_spec(const InputSpec& spec);

}  // namespace tsctl
