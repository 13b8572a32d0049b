#include "tsctl/capture/native_module.h"

#include <pybind11/stl.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tsctl/core/inputs/dtype.h"
#include "tsctl/core/inputs/staged_input.h"
#include "tsctl/core/tensor_difference.h"
#include "tsctl/core/tolerance.h"

namespace tsctl {

namespace {

namespace py = pybind11;
using Overrides = std::vector<std::pair<std::string, double>>;

Dtype dtype_of(const std::string& name) {
  const auto dtype = dtype_from_name(name);
  if (!dtype) throw py::value_error("unknown dtype '" + name + "'");
  return *dtype;
}

// Python passes the addresses of arrays as numbers.
void* memory_at(std::uintptr_t address) {
  return reinterpret_cast<void*>(address);  // NOLINT(performance-no-int-to-ptr)
}

void fill(std::uintptr_t pointer, const std::string& dtype, std::size_t count, std::uint64_t seed,
          std::uint64_t stream, std::optional<double> low, std::optional<double> high) {
  fill_staged(dtype_of(dtype), {seed, stream}, memory_at(pointer), count, low, high);
}

py::dict dict_of(const Difference& found) {
  py::dict result;
  result["same"] = found.same;
  result["count"] = found.count;
  result["mismatched"] = found.mismatched;
  result["max_abs"] = found.max_abs;
  result["max_rel"] = found.max_rel;
  result["max_abs_to_peak"] = found.max_abs_to_peak;
  result["max_abs_index"] = found.max_abs_index;
  result["first_mismatch_index"] = found.first_mismatch_index;
  result["reference_at_worst"] = found.reference_at_worst;
  result["candidate_at_worst"] = found.candidate_at_worst;
  result["reference_peak"] = found.reference_peak;
  result["nonfinite_mismatches"] = found.nonfinite_mismatches;
  result["would_pass_rtol"] = found.would_pass_rtol;
  result["proves_nothing"] = found.proves_nothing;
  return result;
}

template <typename Element>
const Element* elements(std::uintptr_t pointer) {
  return static_cast<const Element*>(memory_at(pointer));
}

py::dict difference(std::uintptr_t reference, std::uintptr_t candidate, std::size_t count,
                    const std::string& dtype_name, double rtol, double atol, bool equal_nan) {
  const Tolerance tolerance{rtol, atol};
  switch (dtype_of(dtype_name)) {
    case Dtype::float32:
      return dict_of(difference_between(elements<float>(reference), elements<float>(candidate),
                                        count, tolerance, equal_nan));
    case Dtype::float64:
      return dict_of(difference_between(elements<double>(reference), elements<double>(candidate),
                                        count, tolerance, equal_nan));
    case Dtype::int64:
      return dict_of(difference_between(elements<std::int64_t>(reference),
                                        elements<std::int64_t>(candidate), count, tolerance));
    default:
      throw py::value_error("arrays of " + dtype_name +
                            " are compared as float32, float64 or int64");
  }
}

std::pair<double, double> pair_of(const Tolerance& tolerance) {
  return {tolerance.rtol, tolerance.atol};
}

std::vector<ToleranceOverride> overrides_of(const Overrides& given) {
  std::vector<ToleranceOverride> overrides;
  for (const auto& [output, value] : given) overrides.push_back({output, value});
  return overrides;
}

}  // namespace

void define_native_module(py::module_& module) {
  module.def("fill", &fill);
  module.def("staging_dtype",
             [](const std::string& name) { return name_of(staging_dtype(dtype_of(name))); });
  module.def("difference", &difference);
  module.def("default_tolerance",
             [](const std::string& name) { return pair_of(default_tolerance(dtype_of(name))); });
  module.def("tolerance_for", [](const std::string& name, const std::string& output,
                                 const Overrides& rtol, const Overrides& atol) {
    return pair_of(
        tolerance_for(dtype_of(name), output, {overrides_of(rtol), overrides_of(atol), false}));
  });
}

}  // namespace tsctl
