#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tsctl/core/dtype.h"

namespace tsctl {

// One size of a shape: a number, or the name of a dimension that --dim gives values to.
struct Size {
  std::int64_t value = 0;
  std::string dim = {};  // empty for a plain number
};

// One --input: [NAME:]SHAPE[:DTYPE][@LO..HI].
struct InputSpec {
  std::string text = {};  // as the user gave it
  std::string name = {};  // empty for a positional input
  std::vector<Size> shape = {};
  Dtype dtype = Dtype::float32;
  std::optional<double> low = {};   // both ends are included
  std::optional<double> high = {};
};

// One --dim: NAME=V1,V2,….
struct DimSpec {
  std::string name = {};
  std::vector<std::int64_t> values = {};
};

// A tensor to draw: a spec with its sizes filled in.
struct DrawnTensor {
  std::string name = {};  // empty for a positional input
  Dtype dtype = Dtype::float32;
  std::vector<std::int64_t> shape = {};
  std::optional<double> low = {};
  std::optional<double> high = {};
  std::uint64_t stream = 0;  // which sequence of the generator fills it; see random_input.h
};

// The arguments of one call.
struct InputSet {
  std::string label = {};
  std::vector<DrawnTensor> tensors = {};
};

// A call with one size changed that no --dim varies, to see whether the captured module follows eager there.
struct ProbeSet {
  InputSet set = {};
  std::string input = {};     // name of the input, or its position ("0"); several joined by "+"
  std::int64_t axis = 0;
  std::int64_t size = 0;       // tried
  std::int64_t declared = 0;   // given by the spec
  bool joint = false;          // the same axis of several inputs was changed together
};

// Most input sets that are run; a larger product of --dim values is refused.
inline constexpr std::size_t kMaxInputSets = 64;

// Read one --input or --dim. Throw Error{usage} that echoes the text and names the part at fault.
InputSpec input_spec_from_text(const std::string& text);
DimSpec dim_spec_from_text(const std::string& text);

// Every combination of the dimensions, first values first. Throws Error{usage} for a dimension without
// values, a --dim that no input uses, a name given twice, a positional after a named input, or too many sets.
// `bench_dims` is not used here: see bench_set_index.
std::vector<InputSet> input_sets(const std::vector<InputSpec>& specs, const std::vector<DimSpec>& dims);

// The index into input_sets(specs, dims) that timing uses: the first, or the one that `chosen`
// (--bench-dim B=8) names. Throws Error{usage} when no set has that value.
std::size_t bench_set_index(const std::vector<InputSpec>& specs, const std::vector<DimSpec>& dims,
                            const std::vector<DimSpec>& chosen);

// For each size that no --dim varies, the first input set with that size one larger, one smaller (never
// below 1), and, where several inputs have the same size on the same axis, with all of them changed together.
std::vector<ProbeSet> probe_sets(const std::vector<InputSpec>& specs, const std::vector<DimSpec>& dims);

}  // namespace tsctl
