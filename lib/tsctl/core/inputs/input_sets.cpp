#include "tsctl/core/inputs/input_sets.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include "tsctl/core/base/did_you_mean.h"
#include "tsctl/core/base/error.h"

namespace tsctl {

namespace {

std::string echoed(const DimSpec& dim) {
  std::string text = dim.name + '=';
  for (std::size_t i = 0; i < dim.values.size(); ++i)
    text += (i > 0 ? "," : "") + std::to_string(dim.values[i]);
  return text;
}

std::vector<std::string> used_dims(const std::vector<InputSpec>& specs) {
  std::vector<std::string> names;
  for (const InputSpec& spec : specs) {
    for (const Size& size : spec.shape) {
      if (!size.dim.empty() && std::find(names.begin(), names.end(), size.dim) == names.end()) {
        names.push_back(size.dim);
      }
    }
  }
  return names;
}

void check_names(const std::vector<InputSpec>& specs) {
  std::set<std::string> names;
  const InputSpec* named = nullptr;
  for (const InputSpec& spec : specs) {
    if (spec.name.empty()) {
      if (named == nullptr) continue;
      throw Error(ErrorKind::usage,
                  "--input '" + spec.text + "' is positional but comes after '" + named->text +
                      "', which has a name",
                  "give the positional inputs first, or give this one its parameter's name");
    }
    named = &spec;
    if (!names.insert(spec.name).second) {
      throw Error(ErrorKind::usage,
                  "--input '" + spec.text + "': the name '" + spec.name + "' is given twice",
                  "give each parameter one --input");
    }
  }
}

void check_dims(const std::vector<InputSpec>& specs, const std::vector<DimSpec>& dims) {
  const std::vector<std::string> used = used_dims(specs);
  std::set<std::string> given;
  for (const DimSpec& dim : dims) {
    if (!given.insert(dim.name).second) {
      throw Error(ErrorKind::usage,
                  "--dim '" + echoed(dim) + "': the dimension " + dim.name + " is given twice",
                  "list all its values in one --dim: " + dim.name + "=1,8");
    }
    if (std::find(used.begin(), used.end(), dim.name) != used.end()) continue;
    const std::string close = closest_name(dim.name, used);
    throw Error(ErrorKind::usage,
                "--dim '" + echoed(dim) + "': no --input uses the dimension " + dim.name,
                close.empty() ? "use it in a shape, or leave out this --dim"
                              : "did you mean " + close + "?");
  }
  for (const InputSpec& spec : specs) {
    for (const Size& size : spec.shape) {
      if (size.dim.empty() || given.count(size.dim) > 0) continue;
      throw Error(ErrorKind::usage,
                  "--input '" + spec.text + "': the dimension " + size.dim + " has no --dim",
                  "say which sizes it takes, for example --dim " + size.dim + "=1,8");
    }
  }
}

std::size_t count_sets(const std::vector<DimSpec>& dims) {
  std::size_t count = 1;
  std::string product;
  bool too_many = false;
  for (const DimSpec& dim : dims) {
    product += (product.empty() ? "" : " x ") + std::to_string(dim.values.size());
    // Past the limit only the text goes on growing, so that nothing overflows.
    if (!too_many) count *= dim.values.size();
    too_many = too_many || count > kMaxInputSets;
  }
  if (too_many) {
    throw Error(ErrorKind::usage,
                "the --dim values combine to " + product + " input sets, more than " +
                    std::to_string(kMaxInputSets),
                "give fewer values, the ones that matter in use");
  }
  return count;
}

using Assignment = std::map<std::string, std::int64_t>;

// Combination `index`; the last dimension changes fastest.
Assignment assignment_of(const std::vector<DimSpec>& dims, std::size_t index) {
  Assignment assignment;
  for (std::size_t i = dims.size(); i-- > 0;) {
    const std::vector<std::int64_t>& values = dims[i].values;
    assignment[dims[i].name] = values[index % values.size()];
    index /= values.size();
  }
  return assignment;
}

void check_size(const InputSpec& spec, const DrawnTensor& tensor) {
  std::int64_t room = std::numeric_limits<std::int64_t>::max() /
                      static_cast<std::int64_t>(element_size_bytes(spec.dtype));
  for (const std::int64_t size : tensor.shape) {
    if (size > room) {
      throw Error(ErrorKind::usage,
                  "--input '" + spec.text + "': no computer can hold a tensor of this size",
                  "give the sizes that the model is used with");
    }
    if (size > 0) room /= size;
  }
}

DrawnTensor drawn_tensor(const InputSpec& spec, const Assignment& assignment) {
  DrawnTensor tensor;
  tensor.name = spec.name;
  tensor.dtype = spec.dtype;
  tensor.low = spec.low;
  tensor.high = spec.high;
  for (const Size& size : spec.shape)
    tensor.shape.push_back(size.dim.empty() ? size.value : assignment.at(size.dim));
  check_size(spec, tensor);
  return tensor;
}

void number_streams(InputSet& set, std::size_t set_number) {
  for (std::size_t i = 0; i < set.tensors.size(); ++i)
    set.tensors[i].stream = set_number * kStreamsPerSet + i;
}

InputSet input_set(const std::vector<InputSpec>& specs, const std::vector<DimSpec>& dims,
                   std::size_t index) {
  const Assignment assignment = assignment_of(dims, index);
  InputSet set;
  for (const DimSpec& dim : dims) {
    set.label +=
        (set.label.empty() ? "" : ", ") + dim.name + '=' + std::to_string(assignment.at(dim.name));
  }
  for (const InputSpec& spec : specs) set.tensors.push_back(drawn_tensor(spec, assignment));
  number_streams(set, index);
  return set;
}

// Sizes that a probe changes together: the same axis of one or several inputs.
struct ProbedSize {
  std::size_t axis = 0;
  std::int64_t declared = 0;
  std::vector<std::size_t> inputs = {};
};

std::vector<ProbedSize> probed_sizes(const std::vector<InputSpec>& specs) {
  std::vector<ProbedSize> single;
  std::vector<ProbedSize> shared;
  for (std::size_t input = 0; input < specs.size(); ++input) {
    for (std::size_t axis = 0; axis < specs[input].shape.size(); ++axis) {
      const Size& size = specs[input].shape[axis];
      if (!size.dim.empty()) continue;
      single.push_back({axis, size.value, {input}});
      const auto same = std::find_if(shared.begin(), shared.end(), [&](const ProbedSize& other) {
        return other.axis == axis && other.declared == size.value;
      });
      if (same == shared.end()) {
        shared.push_back({axis, size.value, {input}});
      } else {
        same->inputs.push_back(input);
      }
    }
  }
  for (ProbedSize& probed : shared) {
    if (probed.inputs.size() > 1) single.push_back(std::move(probed));
  }
  return single;
}

ProbeSet probe_set(const std::vector<InputSpec>& specs, const InputSet& first,
                   const ProbedSize& probed, std::int64_t size) {
  ProbeSet probe;
  probe.set.tensors = first.tensors;
  probe.axis = static_cast<std::int64_t>(probed.axis);
  probe.size = size;
  probe.declared = probed.declared;
  probe.joint = probed.inputs.size() > 1;
  for (std::size_t i = 0; i < probed.inputs.size(); ++i) {
    const std::size_t input = probed.inputs[i];
    const std::string& name = specs[input].name;
    const std::string position = std::to_string(input);
    probe.set.tensors[input].shape[probed.axis] = size;
    probe.input += (i > 0 ? "+" : "") + (name.empty() ? position : name);
    probe.set.label += (i > 0 ? " and " : "") + (name.empty() ? "input " + position : name);
  }
  probe.set.label += " axis " + std::to_string(probed.axis) + ": " + std::to_string(size) +
                     " instead of " + std::to_string(probed.declared);
  return probe;
}

}  // namespace

std::vector<InputSet> input_sets(const std::vector<InputSpec>& specs,
                                 const std::vector<DimSpec>& dims) {
  check_names(specs);
  check_dims(specs, dims);
  std::vector<InputSet> sets;
  const std::size_t count = count_sets(dims);
  for (std::size_t i = 0; i < count; ++i) sets.push_back(input_set(specs, dims, i));
  return sets;
}

std::size_t bench_set_index(const std::vector<InputSpec>& specs, const std::vector<DimSpec>& dims,
                            const std::vector<DimSpec>& chosen) {
  check_dims(specs, dims);
  Assignment wanted;
  for (const DimSpec& choice : chosen) {
    const auto dim = std::find_if(dims.begin(), dims.end(),
                                  [&](const DimSpec& d) { return d.name == choice.name; });
    const std::string flag = "--bench-dim '" + echoed(choice) + "': ";
    if (dim == dims.end()) {
      throw Error(ErrorKind::usage, flag + "there is no --dim " + choice.name,
                  "give its values with --dim " + choice.name + "=V1,V2,…");
    }
    if (choice.values.size() != 1) {
      throw Error(ErrorKind::usage, flag + "timing takes one value of a dimension",
                  "write --bench-dim " + choice.name + "=" + std::to_string(dim->values.front()));
    }
    if (std::find(dim->values.begin(), dim->values.end(), choice.values.front()) ==
        dim->values.end()) {
      throw Error(ErrorKind::usage, flag + "--dim '" + echoed(*dim) + "' does not have this value",
                  "choose one of its values, or add this one to --dim");
    }
    if (!wanted.emplace(choice.name, choice.values.front()).second) {
      throw Error(ErrorKind::usage, flag + "the dimension " + choice.name + " is given twice",
                  "give each dimension one --bench-dim");
    }
  }

  const std::size_t count = count_sets(dims);
  for (std::size_t i = 0; i < count; ++i) {
    const Assignment assignment = assignment_of(dims, i);
    const bool matches = std::all_of(wanted.begin(), wanted.end(), [&](const auto& want) {
      return assignment.at(want.first) == want.second;
    });
    if (matches) return i;
  }
  throw std::logic_error("every chosen value was found, yet no input set has them all");
}

std::vector<NamedSize> named_sizes(const std::vector<InputSpec>& specs) {
  std::vector<NamedSize> named;
  for (std::size_t i = 0; i < specs.size(); ++i) {
    for (std::size_t axis = 0; axis < specs[i].shape.size(); ++axis) {
      const Size& size = specs[i].shape[axis];
      if (size.dim.empty()) continue;
      named.push_back({.input = specs[i].name.empty() ? std::to_string(i) : specs[i].name,
                       .axis = static_cast<std::int64_t>(axis),
                       .dim = size.dim});
    }
  }
  return named;
}

std::vector<ProbeSet> probe_sets(const std::vector<InputSpec>& specs,
                                 const std::vector<DimSpec>& dims) {
  const std::vector<InputSet> sets = input_sets(specs, dims);
  std::vector<ProbeSet> probes;
  for (const ProbedSize& probed : probed_sizes(specs)) {
    for (const std::int64_t size : {probed.declared + 1, probed.declared - 1}) {
      if (size < 1) continue;
      probes.push_back(probe_set(specs, sets.front(), probed, size));
      number_streams(probes.back().set, sets.size() + probes.size() - 1);
    }
  }
  return probes;
}

}  // namespace tsctl
