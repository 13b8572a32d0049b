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
// NAME is [A-Za-z_]\w*. SHAPE is sizes joined by "x" ("Bx3x224x224"), or sizes in brackets ("[B,3,224,224]"), or
// "scalar"; a size is a number or a dimension [A-Z][A-Z0-9_]*. `a:b` is SHAPE:DTYPE when b is a dtype, otherwise
// NAME:SHAPE. LO and HI are included, whole numbers for an integer dtype, and not possible for bool.
struct InputSpec {
  std::string text = {};  // as the user gave it
  std::string name = {};  // empty for a positional input
  std::vector<Size> shape = {};
  Dtype dtype = Dtype::float32;
  std::optional<double> low = {};  // both ends are included
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
  // Which sequence of the generator fills it (see random_input.h): 1000 * set + position of the input, where the
  // probes are numbered after the input sets.
  std::uint64_t stream = 0;
};

// The arguments of one call.
struct InputSet {
  std::string label =
      {};  // "B=8, T=16"; "" without dimensions; of a probe "x axis 2: 225 instead of 224"
  std::vector<DrawnTensor> tensors = {};
};

// A call with one size changed that no --dim varies, to see whether the captured module follows eager there.
struct ProbeSet {
  InputSet set = {};
  std::string input = {};  // name of the input, or its position ("0"); several joined by "+"
  std::int64_t axis = 0;
  std::int64_t size = 0;      // tried
  std::int64_t declared = 0;  // given by the spec
  bool joint = false;         // the same axis of several inputs was changed together
};

// A size that --dim varies.
struct NamedSize {
  std::string input = {};  // name of the input, or its position ("0")
  std::int64_t axis = 0;
  std::string dim = {};
};

// Most input sets that are run; a larger product of --dim values is refused.
inline constexpr std::size_t kMaxInputSets = 64;

inline constexpr std::size_t kStreamsPerSet = 1000;

// Read one --input or --dim (or another flag of the form NAME=V1,V2,…). Throw Error{usage} that echoes the text and
// names the part at fault.
InputSpec input_spec_from_text(const std::string& text);
DimSpec dim_spec_from_text(const std::string& text, const std::string& flag = "--dim");

// Reads "B=8" or "B=8,T=16", the form in which InputPlan keeps --bench-dim. Empty text gives no dimension.
// Throws Error{usage}.
std::vector<DimSpec> bench_dims_from_text(const std::string& text);

// The spec in its one normal form ("ids:BxT:int64@0..30521"), which reads back as an equal spec.
std::string text_from_input_spec(const InputSpec& spec);

// Every combination of the dimensions, first values first and the last --dim changing fastest; without specs one set
// without tensors. Throws Error{usage} for a dimension without values, a --dim that no input uses, a name given
// twice, a positional after a named input, a tensor larger than 2^63 - 1 bytes, or too many sets.
std::vector<InputSet> input_sets(const std::vector<InputSpec>& specs,
                                 const std::vector<DimSpec>& dims);

// The index into input_sets(specs, dims) that timing uses: the first, or the one that `chosen`
// (--bench-dim B=8) names. Throws Error{usage} when no set has that value.
std::size_t bench_set_index(const std::vector<InputSpec>& specs, const std::vector<DimSpec>& dims,
                            const std::vector<DimSpec>& chosen);

// The sizes of the specs that are dimensions, in order.
std::vector<NamedSize> named_sizes(const std::vector<InputSpec>& specs);

// For each size that no --dim varies, the first input set with that size one larger, one smaller (never
// below 1), and, where several inputs have the same size on the same axis, with all of them changed together.
// The sizes of one input come in the order of its axes, the joint changes last.
std::vector<ProbeSet> probe_sets(const std::vector<InputSpec>& specs,
                                 const std::vector<DimSpec>& dims);

}  // namespace tsctl
