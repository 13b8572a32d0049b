#include "tsctl/engine/packed/layer_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <string_view>
#include <vector>

#include "tsctl/engine/packed/layer_text.h"
#include "tsctl/engine/packed/placeholders.h"

namespace tsctl::packed {

namespace {

struct KindRow {
  LayerKind kind;
  std::string_view class_name;
  const LayerText& (*text)();
};

constexpr std::array kKinds{
    KindRow{LayerKind::linear, "Linear", linear_layer},
    KindRow{LayerKind::conv, "Conv", conv_layer},
    KindRow{LayerKind::conv_transpose, "ConvTranspose", conv_transpose_layer},
    KindRow{LayerKind::lstm, "Lstm", lstm_layer},
    KindRow{LayerKind::gru, "Gru", gru_layer},
};

// How an activation is written. oneDNN applies those that it has a name for while it writes the result. Its relu turns
// NaN into 0, so relu is an operator of its own.
struct ActivationRow {
  Activation activation;
  std::string_view class_suffix;
  std::string_view post_op;  // the values of the placeholders, see layer_text.h
  std::string_view algorithm;
  std::string_view after_plain;
  std::string_view after_onednn;
};

constexpr std::array kActivations{
    ActivationRow{Activation::none, "", "none", "", "y", "y"},
    ActivationRow{Activation::relu, "_relu", "none", "", "torch.relu_(y)", "torch.relu_(y)"},
    ActivationRow{Activation::gelu, "_gelu", "gelu", "none", "torch.gelu(y)", "y"},
    ActivationRow{Activation::gelu_tanh, "_gelu_tanh", "gelu", "tanh",
                  "torch.gelu(y, approximate=\"tanh\")", "y"},
    ActivationRow{Activation::silu, "_silu", "swish", "", "torch.silu_(y)", "y"},
    ActivationRow{Activation::hardswish, "_hardswish", "hardswish", "", "torch.hardswish_(y)", "y"},
    ActivationRow{Activation::sigmoid, "_sigmoid", "sigmoid", "", "torch.sigmoid_(y)", "y"},
    ActivationRow{Activation::tanh, "_tanh", "tanh", "", "torch.tanh_(y)", "y"},
};

const KindRow& row_of(LayerKind kind) { return *std::ranges::find(kKinds, kind, &KindRow::kind); }

const ActivationRow& row_of(Activation activation) {
  return *std::ranges::find(kActivations, activation, &ActivationRow::activation);
}

// The attributes of every class after its own. `packed` holds weights in a kernel's own layout; it is never stored.
// `table` is one object for all layers of a file: the first layer of each size measures, the others read its choice.
//
// `mark` tells a layer from its clone. A clone gets copies of `packed` without a call of __setstate__, and MKL's layout
// does not survive a copy. `mark` has two elements at the same place; a copy of it has them at two places.
constexpr std::array kSharedAttributes{
    Attribute{"kernels", "List[int]"},
    Attribute{"stored", "int"},
    Attribute{"fixed", "bool"},
    Attribute{"limit", "int"},
    Attribute{"key", "str"},
    Attribute{"table", "Dict[str, List[int]]"},
    Attribute{"packed", "List[Tensor]", false},
    Attribute{"kept", "List[Tensor]", false},
    Attribute{"kernel", "int", false},
    Attribute{"mark", "Tensor", false},
};

// The methods of every class after its own.
//
// measure() times the kernels in turn, short ones for 0.2 ms of calls at a time. It writes to its sample before each
// call and keeps the result: the compiler would otherwise merge equal calls and remove unused ones. Odd and even rounds
// are judged apart, and a kernel must win by 5% in both: a busy host makes them contradict each other, and then the
// stored choice holds. It holds too for what is left once the layers of the file have measured for `limit` nanoseconds.
constexpr std::string_view kSharedMethods = R"(
  def use(self: $CLASS, kernel: int) -> None:
    self.packed = self.pack(kernel)
    self.kernel = kernel
    self.mark = torch.full([1], 0., dtype=6).expand([2])
    return None
  def best_of(self: $CLASS, times: List[int]) -> int:
    best = 0
    for i in range(len(times)):
      if times[i] < times[best]:
        best = i
    return best
  def measure(self: $CLASS) -> int:
    packs = annotate(List[List[Tensor]], [])
    odd = annotate(List[int], [])
    even = annotate(List[int], [])
    stored = 0
    for i in range(len(self.kernels)):
      packs.append(self.pack(self.kernels[i]))
      odd.append(9223372036854775807)
      even.append(9223372036854775807)
      if self.kernels[i] == self.stored:
        stored = i
    x = self.sample()
    begin = ops.prim.TimePoint()
    done = 0
    calls = 1
    least = 200000
    while done < 7 and (done < 3 or ops.prim.TimePoint() - begin < 40000000):
      for i in range(len(self.kernels)):
        self.packed = packs[i]
        self.kernel = self.kernels[i]
        start = ops.prim.TimePoint()
        for call in range(calls):
          x.add_(0.001)
          self.kept = [self.called(x)]
        time = (ops.prim.TimePoint() - start) // calls
        if time < least:
          least = time
        if done > 0:
          if done % 2 == 1:
            if time < odd[i]:
              odd[i] = time
          else:
            if time < even[i]:
              even[i] = time
      calls = 200000 // (least + 4000)
      if calls < 1:
        calls = 1
      done = done + 1
    self.kept = annotate(List[Tensor], [])
    best = self.best_of(odd)
    if best == self.best_of(even) and 20 * odd[best] < 19 * odd[stored] and 20 * even[best] < 19 * even[stored]:
      return self.kernels[best]
    return self.stored
  def tune(self: $CLASS) -> None:
    self.use(0)
    if self.is_packable():
      if self.fixed:
        self.use(self.stored)
      else:
        if not self.key in self.table:
          begin = ops.prim.TimePoint()
          kernel = self.stored
          spent = 0
          if "spent" in self.table:
            spent = self.table["spent"][0]
          if spent < self.limit:
            kernel = self.measure()
          self.table[self.key] = [kernel]
          self.table["spent"] = [spent + ops.prim.TimePoint() - begin]
        self.use(self.table[self.key][0])
    return None
)";

std::vector<Attribute> attributes_of(const LayerText& layer) {
  std::vector<Attribute> attributes = layer.attributes;
  attributes.insert(attributes.end(), kSharedAttributes.begin(), kSharedAttributes.end());
  return attributes;
}

std::string_view without_first_newline(std::string_view text) { return text.substr(1); }

std::string class_head(const std::vector<Attribute>& attributes) {
  std::string text =
      "class $NAME(Module):\n"
      "  __parameters__ = []\n"
      "  __buffers__ = []\n"
      "  training : bool\n";
  for (const Attribute& attribute : attributes)
    text += fmt::format("  {} : {}\n", attribute.name, attribute.type);
  return text;
}

// __getstate__ and __setstate__: a file stores a tuple of the attributes, `training` last.
std::string state_methods(std::vector<Attribute> attributes) {
  std::erase_if(attributes, [](const Attribute& attribute) { return !attribute.is_stored; });
  attributes.push_back({"training", "bool"});
  std::string types;
  std::string values;
  std::string assignments;
  for (std::size_t i = 0; i < attributes.size(); ++i) {
    const std::string_view separator = i == 0 ? "" : ", ";
    types += fmt::format("{}{}", separator, attributes[i].type);
    values += fmt::format("{}self.{}", separator, attributes[i].name);
    assignments += fmt::format("    self.{} = state[{}]\n", attributes[i].name, i);
  }
  return fmt::format(
      "  def __getstate__(self: $CLASS) -> Tuple[{0}]:\n"
      "    self.table.clear()\n"
      "    return ({1})\n"
      "  def __setstate__(self: $CLASS, state: Tuple[{0}]) -> None:\n"
      "{2}"
      "    self.packed = annotate(List[Tensor], [])\n"
      "    self.kept = annotate(List[Tensor], [])\n"
      "    self.kernel = 0\n"
      "    self.tune()\n"
      "    return None\n",
      types, values, assignments);
}

}  // namespace

std::string class_name(LayerKind kind, Activation activation) {
  const std::string name =
      fmt::format("{}{}", row_of(kind).class_name, row_of(activation).class_suffix);
  std::string record = name;
  for (char& letter : record)
    letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  return fmt::format("{}.packed_{}.Packed{}", kClassNamespace, record, name);
}

std::string class_source(LayerKind kind, Activation activation, const std::string& full_name) {
  const LayerText& layer = row_of(kind).text();
  const std::vector<Attribute> attributes = attributes_of(layer);
  std::string text = class_head(attributes);
  for (const std::string_view methods : layer.methods) text += without_first_newline(methods);
  text += state_methods(attributes);
  text += without_first_newline(kSharedMethods);
  const ActivationRow& row = row_of(activation);
  return fill_in(text, {{"CLASS", full_name},
                        {"NAME", std::string_view(full_name).substr(full_name.rfind('.') + 1)},
                        {"POST_OP", row.post_op},
                        {"ALGORITHM", row.algorithm},
                        {"AFTER_PLAIN", row.after_plain},
                        {"AFTER_ONEDNN", row.after_onednn}});
}

}  // namespace tsctl::packed
