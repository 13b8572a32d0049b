#pragma once

#include <cstdint>
#include <string>

#include "tsctl/archive/zip_reader.h"
#include "tsctl/core/inspect.h"

namespace tsctl {

// The number of elements whose bytes differ between two tensors of equal dtype and shape, each in its own archive.
std::int64_t count_differing_elements(const ZipReader& zip_a, const TensorSummary& a,
                                      const ZipReader& zip_b, const TensorSummary& b);

// Whether that number is 0. Tensors that fill records of different CRC-32 are told apart without reading them.
bool have_equal_elements(const ZipReader& zip_a, const TensorSummary& a, const ZipReader& zip_b,
                         const TensorSummary& b);

}  // namespace tsctl
