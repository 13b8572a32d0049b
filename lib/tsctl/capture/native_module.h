#pragma once

#include <pybind11/pybind11.h>

namespace tsctl {

// The rules of core that the package tsctl_capture needs, under the name `_tsctl`: drawing inputs and comparing
// outputs must give the same answer on both sides. Pointers come as integers (Tensor.data_ptr()).
//
//   fill(pointer, dtype, count, seed, stream, low, high)    draws `count` elements of that dtype into a buffer of
//                                                           staging_dtype(dtype); low and high are None or numbers
//   staging_dtype(dtype) -> str                             float32, float64 or int64; complex: pairs of reals
//   difference(reference, candidate, count, dtype, rtol, atol, equal_nan) -> dict
//                                                           dtype: float32, float64 or int64
//   default_tolerance(dtype) -> (rtol, atol)
//   tolerance_for(dtype, output, rtol, atol) -> (rtol, atol)  rtol, atol: [(output, value)…]
void define_native_module(pybind11::module_& module);

}  // namespace tsctl
