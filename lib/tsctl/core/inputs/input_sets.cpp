#include "tsctl/core/inputs/input_sets.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <stdexcept>
#include <utility>

#include "tsctl/core/base/did_you_mean.h"
#include "tsctl/core/base/error.h"
#include "tsctl/core/inputs/input_path.h"

namespace tsctl {

namespace {

// "B=1,8"
std::string text_from_dim(const DimSpec& dim) {
  return fmt::format("{}={}", dim.name, fmt::join(dim.values, ","));
}

std::vector<std::string> used_dims(const std::vector<InputSpec>& specs) {
  std::vector<std::string> names;
  for (const InputSpec& spec : specs) {
    for (const Size& size : spec.shape) {
      if (!size.dim.empty() && std::ranges::find(names, size.dim) == names.end()) {
        names.push_back(size.dim);
      }
    }
  }
  return names;
}

void check_names(const std::vector<InputSpec>& specs) {
  std::set<std::string> names;
  NamedArguments arguments;
  const InputSpec* named = nullptr;
  for (const InputSpec& spec : specs) {
    if (spec.name.empty()) {
      if (named == nullptr) continue;
      throw Error(ErrorKind::usage,
                  fmt::format("--input '{}' is positional but comes after '{}', which has a name",
                              spec.text, named->text),
                  "give the positional inputs first, or give this one its parameter's name");
    }
    named = &spec;
    if (!names.insert(spec.name).second) {
      throw Error(ErrorKind::usage,
                  fmt::format("--input '{}': the name '{}' is given twice", spec.text, spec.name),
                  "give each parameter one --input");
    }
    const std::optional<InputPath> path = input_path_from_text(spec.name);
    if (path && place_input(arguments, *path, {.kind = Value::Kind::tensor})) continue;
    throw Error(
        ErrorKind::usage,
        fmt::format("--input '{}': '{}' does not fit the inputs before it", spec.text, spec.name),
        "number the items of a list in order from 0, and give a parameter either as one "
        "tensor, by the items of a list, or by the members of a dict");
  }
}

void check_dims(const std::vector<InputSpec>& specs, const std::vector<DimSpec>& dims) {
  const std::vector<std::string> used = used_dims(specs);
  std::set<std::string> given;
  for (const DimSpec& dim : dims) {
    if (!given.insert(dim.name).second) {
      throw Error(
          ErrorKind::usage,
          fmt::format("--dim '{}': the dimension {} is given twice", text_from_dim(dim), dim.name),
          fmt::format("list all its values in one --dim: {}=1,8", dim.name));
    }
    if (std::ranges::find(used, dim.name) != used.end()) continue;
    const std::string close = closest_name(dim.name, used);
    throw Error(
        ErrorKind::usage,
        fmt::format("--dim '{}': no --input uses the dimension {}", text_from_dim(dim), dim.name),
        close.empty() ? "use it in a shape, or leave out this --dim"
                      : fmt::format("did you mean {}?", close));
  }
  for (const InputSpec& spec : specs) {
    for (const Size& size : spec.shape) {
      if (size.dim.empty() || given.count(size.dim) > 0) continue;
      throw Error(ErrorKind::usage,
                  fmt::format("--input '{}': the dimension {} has no --dim", spec.text, size.dim),
                  fmt::format("say which sizes it takes, for example --dim {}=1,8", size.dim));
    }
  }
}

std::size_t count_sets(const std::vector<DimSpec>& dims) {
  std::size_t count = 1;
  std::string product;
  bool too_many = false;
  for (const DimSpec& dim : dims) {
    product += fmt::format("{}{}", product.empty() ? "" : " x ", dim.values.size());
    // Beyond the limit only the text grows, so that the count does not overflow.
    if (!too_many) count *= dim.values.size();
    too_many = too_many || count > kMaxInputSets;
  }
  if (too_many) {
    throw Error(ErrorKind::usage,
                fmt::format("the --dim values combine to {} input sets, more than {}", product,
                            kMaxInputSets),
                "give only the values that you will use");
  }
  return count;
}

using Assignment = std::map<std::string, std::int64_t>;

// The values of combination `index`. The last dimension changes fastest.
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
  std::int64_t max_elements = std::numeric_limits<std::int64_t>::max() /
                              static_cast<std::int64_t>(element_size_bytes(spec.dtype));
  for (const std::int64_t size : tensor.shape) {
    if (size > max_elements) {
      throw Error(
          ErrorKind::usage,
          fmt::format("--input '{}': a tensor of this size exceeds 2^63 - 1 bytes", spec.text),
          "give the sizes that the model is used with");
    }
    if (size > 0) max_elements /= size;
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
        fmt::format("{}{}={}", set.label.empty() ? "" : ", ", dim.name, assignment.at(dim.name));
  }
  for (const InputSpec& spec : specs) set.tensors.push_back(drawn_tensor(spec, assignment));
  number_streams(set, index);
  return set;
}

// A size that a probe changes: the same axis of one or several inputs.
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
      const auto same = std::ranges::find_if(shared, [&](const ProbedSize& other) {
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
  probe.set.label += fmt::format(" axis {}: {} instead of {}", probed.axis, size, probed.declared);
  return probe;
}

// The value that each --bench-dim chooses.
Assignment chosen_values(const std::vector<DimSpec>& dims, const std::vector<DimSpec>& chosen) {
  Assignment wanted;
  for (const DimSpec& choice : chosen) {
    const auto refuse = [&choice](const std::string& fault, const std::string& hint) {
      throw Error(ErrorKind::usage,
                  fmt::format("--bench-dim '{}': {}", text_from_dim(choice), fault), hint);
    };
    const auto dim =
        std::ranges::find_if(dims, [&](const DimSpec& d) { return d.name == choice.name; });
    if (dim == dims.end()) {
      refuse(fmt::format("there is no --dim {}", choice.name),
             fmt::format("give its values with --dim {}=V1,V2,…", choice.name));
    }
    if (choice.values.size() != 1) {
      refuse("timing takes one value of a dimension",
             fmt::format("write --bench-dim {}={}", choice.name, dim->values.front()));
    }
    if (std::ranges::find(dim->values, choice.values.front()) == dim->values.end()) {
      refuse(fmt::format("--dim '{}' does not have this value", text_from_dim(*dim)),
             "choose one of its values, or add this one to --dim");
    }
    if (!wanted.emplace(choice.name, choice.values.front()).second) {
      refuse(fmt::format("the dimension {} is given twice", choice.name),
             "give each dimension one --bench-dim");
    }
  }
  return wanted;
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
  const Assignment wanted = chosen_values(dims, chosen);
  const std::size_t count = count_sets(dims);
  for (std::size_t i = 0; i < count; ++i) {
    const Assignment assignment = assignment_of(dims, i);
    const bool matches = std::ranges::all_of(
        wanted, [&](const auto& want) { return assignment.at(want.first) == want.second; });
    if (matches) return i;
  }
  throw std::logic_error("no input set has all chosen values, although each value exists");
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
