#pragma once

#include <string>
#include <vector>

#include "tsctl/core/inputs/dtype.h"

namespace tsctl {

// How far an output may be from its reference: |difference| <= atol + rtol * max|reference|, where the
// maximum runs over the finite elements of that output. No absolute floor unless the user gives one.
struct Tolerance {
  double rtol = 0.0;
  double atol = 0.0;
};

// One --rtol or --atol: for every output, or for the one that is named.
struct ToleranceOverride {
  std::string output = {};  // empty: every output
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

// The default by dtype: 1e-5 for float32 and complex64, 2e-2 for bfloat16 and float16, 1e-12 for
// float64 and complex128, exact (0) for integers and bools.
Tolerance default_tolerance(Dtype dtype) noexcept;

// The default with what the user overrode for the output of that name; the last match wins.
Tolerance tolerance_for(Dtype dtype, const std::string& output, const ToleranceOptions& options);

// Reads "1e-4" or "out.logits:1e-4". Throws Error{usage} naming `flag`.
ToleranceOverride tolerance_override_from_text(const std::string& text, const std::string& flag);

}  // namespace tsctl
