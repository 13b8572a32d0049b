#pragma once

#include <string>
#include <vector>

#include "tsctl/core/inputs/dtype.h"

namespace tsctl {

// The permitted difference of an output from its reference: |difference| <= atol + rtol * max|reference|, with the
// maximum over the finite elements of that output. atol is 0 unless the user sets it.
struct Tolerance {
  double rtol = 0.0;
  double atol = 0.0;
};

// One --rtol or --atol, for all outputs or for one.
struct ToleranceOverride {
  std::string output = {};  // empty for all outputs
  double value = 0.0;
};

template <typename Visitor>
void visit_fields(Visitor& visit, ToleranceOverride& value) {
  visit("output", value.output);
  visit("value", value.value);
}

struct ToleranceOptions {
  std::vector<ToleranceOverride> rtol = {};
  std::vector<ToleranceOverride> atol = {};
  bool equal_nan = false;
};

template <typename Visitor>
void visit_fields(Visitor& visit, ToleranceOptions& value) {
  visit("rtol", value.rtol);
  visit("atol", value.atol);
  visit("equal_nan", value.equal_nan);
}

// The default rtol by dtype: 1e-5 for float32 and complex64, 2e-2 for bfloat16 and float16, 1e-12 for float64 and
// complex128, 0 (exact) for integers and bools.
Tolerance default_tolerance(Dtype dtype) noexcept;

// The default tolerance with the user's overrides for this output. If several overrides match, the last one applies.
Tolerance tolerance_for(Dtype dtype, const std::string& output, const ToleranceOptions& options);

// Parses "1e-4" or "out.logits:1e-4". Throws Error{usage} that names `flag`.
ToleranceOverride tolerance_override_from_text(const std::string& text, const std::string& flag);

}  // namespace tsctl
