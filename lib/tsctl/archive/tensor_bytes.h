#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tsctl/archive/zip_reader.h"
#include "tsctl/core/inspect.h"

namespace tsctl {

// How the elements of two tensors of equal dtype and shape differ.
struct ElementDifference {
  std::int64_t differing = 0;          // elements whose bytes differ
  std::optional<double> max_abs = {};  // none for dtypes without numbers that tsctl reads
  std::optional<double> max_abs_to_peak = {};
  std::int64_t nonfinite = 0;  // NaN or infinite in one, another number in the other
};

// Compares two tensors of equal dtype and shape, each in its own archive, element by element in index order. Memory use is
// small. Throws Error{input} if a record is missing, or if the strides differ and a tensor spans more than 2 GiB.
ElementDifference difference_of_elements(const ZipReader& zip_a, const TensorSummary& a,
                                         const ZipReader& zip_b, const TensorSummary& b);

// The SHA-256 of the elements in index order. Tensors of equal dtype, shape and elements have equal ones.
std::string digest_of_elements(const ZipReader& zip, const TensorSummary& tensor);

// The CRC-32 of the tensor's record if the record is the tensor and nothing else, its elements in index order. Of two such
// tensors, those with other checksums are not equal.
std::optional<std::uint32_t> checksum_of_elements(const ZipReader& zip,
                                                  const TensorSummary& tensor);

}  // namespace tsctl
