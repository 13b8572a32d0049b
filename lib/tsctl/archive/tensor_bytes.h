#pragma once

#include <cstdint>
#include <string>

#include "tsctl/archive/zip_reader.h"
#include "tsctl/core/inspect.h"

namespace tsctl {

// Number of elements whose bytes differ between two tensors of equal dtype and shape, each in its own archive. Throws
// Error{input} if a record is missing, or if the strides differ and a tensor spans more than 2 GiB.
std::int64_t count_differing_elements(const ZipReader& zip_a, const TensorSummary& a,
                                      const ZipReader& zip_b, const TensorSummary& b);

// Whether all elements are equal. If both tensors fill their records and the CRC-32s differ, no content is read.
bool have_equal_elements(const ZipReader& zip_a, const TensorSummary& a, const ZipReader& zip_b,
                         const TensorSummary& b);

}  // namespace tsctl
