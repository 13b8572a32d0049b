#include "steps/input_sequence.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <utility>

#include "tsctl/core/base/did_you_mean.h"
#include "tsctl/core/base/error.h"
#include "tsctl/core/base/split.h"
#include "tsctl/core/inputs/input_sets.h"
#include "tsctl/core/inputs/input_spec.h"

namespace tsctl {

namespace {

// How often a sequence repeats all sets.
constexpr std::size_t kRepetitions = 3;

// The set in which the dimension has that value and all others have their value of --bench-dim or their first value.
std::size_t set_with(const std::string& text, const DimSpec& wanted, const ModelInputs& inputs) {
  std::vector<InputSpec> specs;
  for (const std::string& spec : inputs.plan.specs) specs.push_back(input_spec_from_text(spec));
  std::vector<DimSpec> dims;
  for (const std::string& dim : inputs.plan.dims) dims.push_back(dim_spec_from_text(dim));
  const auto declared =
      std::ranges::find_if(dims, [&](const DimSpec& dim) { return dim.name == wanted.name; });
  const std::string flag = fmt::format("--shape-sequence '{}': ", text);
  if (declared == dims.end()) {
    throw Error(ErrorKind::usage, flag + "there is no --dim " + wanted.name,
                fmt::format("give its values with --dim {}=V1,V2,…", wanted.name));
  }
  const std::vector<std::int64_t>& values = declared->values;
  if (std::ranges::find(values, wanted.values.front()) == values.end()) {
    throw Error(ErrorKind::usage,
                fmt::format("{}--dim {} does not have the value {}", flag, wanted.name,
                            wanted.values.front()),
                "choose one of the values of --dim, or add this one to it");
  }
  std::vector<DimSpec> chosen = bench_dims_from_text(inputs.plan.bench_dims);
  std::erase_if(chosen, [&](const DimSpec& dim) { return dim.name == wanted.name; });
  chosen.push_back(wanted);
  return bench_set_index(specs, dims, chosen);
}

// "B=1,8,1,32"; unlike in --dim, a value may occur again.
std::vector<std::size_t> listed_sets(const std::string& text, const ModelInputs& inputs) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos) {
    const std::string closest = closest_name(text, {"sets", "shuffle"});
    throw Error(ErrorKind::usage,
                fmt::format("--shape-sequence '{}' is not a sequence of input sets", text),
                closest.empty() ? "write sets, shuffle, or the values of a dimension: B=1,8,1,32"
                                : "did you mean " + closest + "?");
  }
  std::vector<std::size_t> order;
  const std::string name = text.substr(0, equals + 1);
  for (const std::string_view value : split(std::string_view(text).substr(equals + 1), ',')) {
    const DimSpec one = dim_spec_from_text(name + std::string(value), "--shape-sequence");
    order.push_back(set_with(text, one, inputs));
  }
  return order;
}

// The result of std::shuffle depends on the standard library.
void shuffle(std::vector<std::size_t>& order, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random() % i]);
}

}  // namespace

std::vector<std::size_t> sequence_from(const std::string& text, const ModelInputs& inputs,
                                       std::size_t sets) {
  if (text.empty()) return {};
  if (text != "sets" && text != "shuffle") return listed_sets(text, inputs);
  if (sets < 2) {
    throw Error(ErrorKind::usage,
                fmt::format("--shape-sequence {}: there is only one input set", text),
                "give a dimension several values: --input Bx784 --dim B=1,8,32");
  }
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < kRepetitions * sets; ++i) order.push_back(i % sets);
  if (text == "shuffle") shuffle(order, inputs.plan.seed);
  return order;
}

}  // namespace tsctl
