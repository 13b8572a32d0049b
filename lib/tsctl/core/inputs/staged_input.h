#pragma once

#include <cstddef>
#include <optional>

#include "tsctl/core/inputs/dtype.h"
#include "tsctl/core/inputs/random_input.h"

namespace tsctl {

// The dtype in which an input is drawn before it is converted to its own dtype: float64 for float64 and complex128,
// float32 for other floating and complex dtypes, int64 for integers and bools.
Dtype staging_dtype(Dtype dtype) noexcept;

// Fills a buffer of staging_dtype(dtype) with `count` elements; a complex element takes two real numbers. Real
// numbers are normal (0, 1), or uniform if a range is given. Integers are uniform in 0..1 or in the range, both
// bounds inclusive. Bools are 0 or 1 with equal probability.
void fill_staged(Dtype dtype, const DrawKey& key, void* data, std::size_t count,
                 std::optional<double> low, std::optional<double> high);

}  // namespace tsctl
