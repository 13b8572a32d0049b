#pragma once

#include <cstddef>
#include <optional>

#include "tsctl/core/inputs/dtype.h"
#include "tsctl/core/inputs/random_input.h"

namespace tsctl {

// The element type that an input is drawn as before it is converted to its own: float64 for float64 and complex128,
// float32 for every other real or complex type, int64 for integers and bools.
Dtype staging_dtype(Dtype dtype) noexcept;

// Fills a buffer of staging_dtype(dtype) with `count` elements (twice as many reals for a complex type): normal(0, 1)
// or, with a range, uniform; integers 0..1 or the range, both ends included; bools fair.
void fill_staged(Dtype dtype, const DrawKey& key, void* data, std::size_t count,
                 std::optional<double> low, std::optional<double> high);

}  // namespace tsctl
