#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "tsctl/core/inputs/dtype.h"

namespace tsctl {

// How far the numbers of two tensors are apart, from parts of them that are added one after the other.
class ValueDifference {
 public:
  // The dtype by PyTorch's name. Of others than those of Dtype, nothing is known.
  explicit ValueDifference(std::string_view dtype) : dtype_(dtype_from_name(dtype)) {}

  // The bytes of the same elements of both.
  void add(const std::byte* a, const std::byte* b, std::size_t size_bytes);

  std::optional<double> max_abs() const;
  std::optional<double> max_abs_to_peak() const;
  std::int64_t nonfinite() const noexcept { return nonfinite_; }

 private:
  template <typename Stored, typename Number, typename Convert>
  void add_numbers(const std::byte* a, const std::byte* b, std::size_t size_bytes,
                   const Convert& convert);

  std::optional<Dtype> dtype_;
  double max_abs_ = 0.0;
  double peak_ = 0.0;
  std::int64_t nonfinite_ = 0;
};

}  // namespace tsctl
