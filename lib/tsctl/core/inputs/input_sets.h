#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tsctl/core/inputs/dtype.h"
#include "tsctl/core/inputs/input_spec.h"

namespace tsctl {

// A tensor to draw: a spec with a value for each size.
struct DrawnTensor {
  std::string name = {};  // a path (input_path.h); empty for a positional input
  Dtype dtype = Dtype::float32;
  std::vector<std::int64_t> shape = {};
  std::optional<double> low = {};
  std::optional<double> high = {};
  // The stream of the random generator (random_input.h): 1000 * set + position of the input. Probes are numbered
  // after the input sets.
  std::uint64_t stream = 0;
};

template <typename Visitor>
void visit_fields(Visitor& visit, DrawnTensor& value) {
  visit("name", value.name);
  visit("dtype", value.dtype);
  visit("shape", value.shape);
  visit("low", value.low);
  visit("high", value.high);
  visit("stream", value.stream);
}

// The arguments of one call.
struct InputSet {
  // "B=8, T=16"; "" without dimensions; for a probe "x axis 2: 225 instead of 224"
  std::string label = {};
  std::vector<DrawnTensor> tensors = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, InputSet& value) {
  visit("label", value.label);
  visit("tensors", value.tensors);
}

// A call with a changed size that no --dim varies. It tests whether the captured module still matches eager mode.
struct ProbeSet {
  InputSet set = {};
  std::string input = {};  // name of the input, or its position ("0"); several are joined by "+"
  std::int64_t axis = 0;
  std::int64_t size = 0;      // in this probe
  std::int64_t declared = 0;  // in the spec
  bool joint = false;         // the same axis of several inputs is changed together
};

template <typename Visitor>
void visit_fields(Visitor& visit, ProbeSet& value) {
  visit("set", value.set);
  visit("input", value.input);
  visit("axis", value.axis);
  visit("size", value.size);
  visit("declared", value.declared);
  visit("joint", value.joint);
}

// A size that is a dimension, which --dim varies.
struct NamedSize {
  std::string input = {};  // name of the input, or its position ("0")
  std::int64_t axis = 0;
  std::string dim = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, NamedSize& value) {
  visit("input", value.input);
  visit("axis", value.axis);
  visit("dim", value.dim);
}

// The maximum number of input sets: input_sets() refuses a larger product of --dim values.
inline constexpr std::size_t kMaxInputSets = 64;

inline constexpr std::size_t kStreamsPerSet = 1000;

// Every combination of the dimensions' values, in order; the last --dim changes fastest. Without specs: one set
// without tensors. Throws Error{usage} for a dimension without values, a --dim that no input uses, a name given
// twice, a positional input after a named one, a tensor larger than 2^63 - 1 bytes, or too many sets.
std::vector<InputSet> input_sets(const std::vector<InputSpec>& specs,
                                 const std::vector<DimSpec>& dims);

// The index into input_sets(specs, dims) of the set to time: the first one, or the one that `chosen` (--bench-dim B=8)
// selects. Throws Error{usage} if no set has that value.
std::size_t bench_set_index(const std::vector<InputSpec>& specs, const std::vector<DimSpec>& dims,
                            const std::vector<DimSpec>& chosen);

// The sizes of the specs that are dimensions, in order.
std::vector<NamedSize> named_sizes(const std::vector<InputSpec>& specs);

// Probes for each size that no --dim varies: the first input set with that size plus 1 and minus 1 (not below 1). If
// several inputs have the same size on the same axis, further probes change them together; these come last.
std::vector<ProbeSet> probe_sets(const std::vector<InputSpec>& specs,
                                 const std::vector<DimSpec>& dims);

}  // namespace tsctl
