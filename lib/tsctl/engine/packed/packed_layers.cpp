#include "tsctl/engine/packed/packed_layers.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/csrc/jit/frontend/source_range.h>
#include <torch/csrc/jit/serialization/import_source.h>

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

namespace tsctl::packed {

namespace {

using torch::jit::Module;

// The version of operators that the source is written for.
constexpr std::size_t kOperatorVersion = 10;

// How long the layers of a file measure, in nanoseconds.
constexpr std::int64_t kLimitWhenWritten = 10'000'000'000;
constexpr std::int64_t kLimitWhenLoaded = 200'000'000;

// A weight of fewer bytes may be packed once for each declared size. Of a larger one, all sizes that are packed share one
// copy, so that a loaded file takes about twice the memory of its weights.
constexpr std::size_t kSmallWeightBytes = 1U << 20;

c10::List<std::int64_t> list_of(const std::vector<std::int64_t>& numbers) {
  return c10::List<std::int64_t>(c10::ArrayRef<std::int64_t>(numbers));
}

c10::List<c10::List<std::int64_t>> lists_of(const std::vector<std::vector<std::int64_t>>& rows) {
  c10::List<c10::List<std::int64_t>> lists;
  for (const auto& row : rows) lists.push_back(list_of(row));
  return lists;
}

c10::List<std::int64_t> numbers_of(const std::vector<Kernel>& kernels) {
  c10::List<std::int64_t> numbers;
  for (const Kernel kernel : kernels) numbers.push_back(static_cast<std::int64_t>(kernel));
  return numbers;
}

// Whether a product of matrices computes the convolution: each result comes from one pixel.
bool is_product(const ConvSettings& settings) {
  const std::vector<std::int64_t> reach{settings.weight.size(2), settings.weight.size(3)};
  const std::vector<std::int64_t> zeros{0, 0};
  const std::vector<std::int64_t> ones{1, 1};
  if (settings.groups != 1 || settings.padding != zeros) return false;
  if (!settings.is_transposed) return reach == ones && settings.stride == ones;
  return settings.stride == reach && settings.output_padding == zeros && settings.dilation == ones;
}

// What convolutions that measure once together have in common.
std::string key_of(const ConvSettings& settings) {
  return fmt::format(
      "{} {} {} {} {} {} {} {}{}", settings.is_transposed ? "conv_transpose" : "conv",
      fmt::join(settings.sizes[0], "x"), fmt::join(settings.weight.sizes(), "x"),
      fmt::join(settings.stride, "x"), fmt::join(settings.padding, "x"),
      fmt::join(settings.dilation, "x"), settings.groups, static_cast<int>(settings.activation),
      settings.is_transposed ? fmt::format(" {}", fmt::join(settings.output_padding, "x")) : "");
}

// A value for each attribute that nothing sets.
c10::IValue empty_value(const c10::TypePtr& type) {
  switch (type->kind()) {
    case c10::TypeKind::IntType:
      return std::int64_t{0};
    case c10::TypeKind::BoolType:
      return false;
    case c10::TypeKind::ListType:
      return c10::List<at::Tensor>();
    default:
      return {};
  }
}

std::string free_class_name(const torch::jit::CompilationUnit& classes, const std::string& name) {
  std::string free = name;
  for (int number = 1; classes.get_class(c10::QualifiedName(free)) != nullptr; ++number)
    free = fmt::format("{}_{}", name, number);
  return free;
}

}  // namespace

LayerFactory::LayerFactory(const Module& model, KernelChoice choice)
    : classes_(model._ivalue()->compilation_unit()), choice_(choice) {}

c10::ClassTypePtr LayerFactory::type_of(LayerKind kind, Activation activation) {
  const std::string name = class_name(kind, activation);
  c10::ClassTypePtr& type = types_[name];
  if (type != nullptr) return type;
  const std::vector<at::IValue> no_constants;
  const std::string free_name = free_class_name(*classes_, name);
  const std::string text = fmt::format("op_version_set = {}\n{}", kOperatorVersion,
                                       class_source(kind, activation, free_name));
  const c10::QualifiedName name_of_class(free_name);
  const torch::jit::SourceImporter importer(
      classes_, &no_constants,
      [&](const std::string& space) -> std::shared_ptr<torch::jit::Source> {
        if (space != name_of_class.prefix()) return nullptr;
        return std::make_shared<torch::jit::Source>(text);
      },
      kOperatorVersion);
  type = importer.loadType(name_of_class)->expect<c10::ClassType>();
  return type;
}

Module LayerFactory::finish(const c10::ClassTypePtr& type, const std::vector<Kernel>& kernels,
                            std::map<std::string, c10::IValue> attributes) {
  // Where no measurement decides, it is oneDNN: the fastest on AMD and close to it on Intel.
  const Kernel forced = choice_ == KernelChoice::mkl ? Kernel::mkl : Kernel::onednn;
  const bool has_forced = std::ranges::find(kernels, forced) != kernels.end();
  const bool tunes = choice_ == KernelChoice::automatic || choice_ == KernelChoice::fixed;
  attributes["kernels"] = numbers_of(kernels);
  attributes["stored"] = has_forced ? static_cast<std::int64_t>(forced) : 0;
  attributes["fixed"] = !tunes;
  attributes["limit"] = kLimitWhenWritten;
  attributes["table"] = table_;
  auto object =
      c10::ivalue::Object::create(c10::StrongTypePtr(classes_, type), type->numAttributes());
  for (std::size_t slot = 0; slot < type->numAttributes(); ++slot) {
    const auto given = attributes.find(type->getAttributeName(slot));
    object->setSlot(
        slot, given != attributes.end() ? given->second : empty_value(type->getAttribute(slot)));
  }
  Module layer(object);
  layer.get_method("tune")({});
  layer.setattr("stored", layer.attr("kernel"));
  layer.setattr("limit", kLimitWhenLoaded);
  layer.setattr("fixed", choice_ != KernelChoice::automatic);
  return layer;
}

Module LayerFactory::linear(const LinearSettings& settings) {
  const auto [least, most] = std::ranges::minmax_element(settings.rows);
  const std::int64_t inputs = settings.weight.size(1);
  return finish(type_of(LayerKind::linear, settings.activation),
                {Kernel::plain, Kernel::mkl, Kernel::onednn},
                {{"weight", settings.weight},
                 {"bias", settings.bias ? c10::IValue(*settings.bias) : c10::IValue()},
                 {"rows", *most},
                 {"least", std::max<std::int64_t>(1, *least / 8) * inputs},
                 {"key", fmt::format("linear {} {} {} {}", *most, inputs, settings.weight.size(0),
                                     static_cast<int>(settings.activation))}});
}

Module LayerFactory::conv(const ConvSettings& settings) {
  Module layer = conv_for_all_sizes(settings);
  if (settings.sizes.size() == 1 || settings.weight.nbytes() < kSmallWeightBytes) return layer;
  ConvSettings fewer = settings;
  fewer.sizes.clear();
  const auto packed = layer.attr("packed").toTensorVector();
  for (std::size_t i = 0; i < packed.size(); ++i) {
    if (packed[i].is_same(packed[0])) fewer.sizes.push_back(settings.sizes[i]);
  }
  return packed.empty() || fewer.sizes.size() == settings.sizes.size() ? layer
                                                                       : conv_for_all_sizes(fewer);
}

Module LayerFactory::conv_for_all_sizes(const ConvSettings& settings) {
  std::map<std::string, c10::IValue> attributes{
      {"weight", settings.weight},
      {"bias", settings.bias ? c10::IValue(*settings.bias) : c10::IValue()},
      {"stride", list_of(settings.stride)},
      {"padding", list_of(settings.padding)},
      {"dilation", list_of(settings.dilation)},
      {"groups", settings.groups},
      {"sizes", lists_of(settings.sizes)}};
  if (settings.is_transposed) {
    attributes["output_padding"] = list_of(settings.output_padding);
  } else {
    attributes["adds_in_place"] = settings.adds_in_place;
  }
  attributes["key"] = key_of(settings);
  const LayerKind kind = settings.is_transposed ? LayerKind::conv_transpose : LayerKind::conv;
  std::vector<Kernel> kernels{Kernel::plain, Kernel::onednn};
  if (is_product(settings)) kernels.insert(kernels.end(), {Kernel::linear, Kernel::onednn_linear});
  return finish(type_of(kind, settings.activation), kernels, std::move(attributes));
}

Module LayerFactory::lstm(const RecurrentSettings& settings) {
  return recurrent(LayerKind::lstm, {Kernel::plain, Kernel::onednn}, settings);
}

Module LayerFactory::gru(const RecurrentSettings& settings) {
  return recurrent(LayerKind::gru, {Kernel::plain, Kernel::onednn, Kernel::linear}, settings);
}

Module LayerFactory::recurrent(LayerKind kind, const std::vector<Kernel>& kernels,
                               const RecurrentSettings& settings) {
  const char* const name = kind == LayerKind::lstm ? "lstm" : "gru";
  return finish(type_of(kind, Activation::none), kernels,
                {{"weights", c10::List<at::Tensor>(c10::ArrayRef<at::Tensor>(settings.weights))},
                 {"layers", settings.layers},
                 {"hidden", settings.weights[1].size(1)},
                 {"bidirectional", settings.bidirectional},
                 {"batch_first", settings.batch_first},
                 {"sizes", lists_of(settings.sizes)},
                 {"key", fmt::format("{} {} {} {} {} {}", name, fmt::join(settings.sizes[0], "x"),
                                     fmt::join(settings.weights[0].sizes(), "x"), settings.layers,
                                     settings.bidirectional, settings.batch_first)}});
}

const char* kernel_name(Kernel kernel) {
  switch (kernel) {
    case Kernel::plain:
      return "plain";
    case Kernel::mkl:
      return "mkl";
    case Kernel::onednn:
      return "onednn";
    case Kernel::linear:
      return "linear";
    case Kernel::onednn_linear:
      return "onednn linear";
  }
  return "";
}

std::vector<Kernel> kernels_of(const Module& module) {
  std::set<std::int64_t> numbers;
  for (const Module& layer : packed_layers(module)) {
    for (const std::int64_t number : layer.attr("kernels").toIntVector()) numbers.insert(number);
  }
  std::vector<Kernel> kernels;
  for (const std::int64_t number : numbers) kernels.push_back(static_cast<Kernel>(number));
  return kernels;
}

Kernel kernel_of(const Module& layer) { return static_cast<Kernel>(layer.attr("kernel").toInt()); }

bool is_packed_class(const c10::ClassType& type) {
  const auto& name = type.name();
  return name && name->prefix().starts_with(kClassNamespace) && name->name().starts_with("Packed");
}

bool is_packed_conv(const c10::ClassType& type) {
  return is_packed_class(type) && type.name()->name().starts_with("PackedConv");
}

bool is_packed_layer(const Module& module) { return is_packed_class(*module.type()); }

std::vector<Module> packed_layers(const Module& module) {
  std::vector<Module> found;
  for (const Module& inner : module.modules()) {
    if (is_packed_layer(inner)) found.push_back(inner);
  }
  return found;
}

std::int64_t force_kernel(const Module& module, Kernel kernel) {
  std::int64_t count = 0;
  const auto number = static_cast<std::int64_t>(kernel);
  for (const Module& layer : packed_layers(module)) {
    const auto kernels = layer.attr("kernels").toIntVector();
    if (std::ranges::find(kernels, number) == kernels.end()) continue;
    layer.get_method("use")({number});
    ++count;
  }
  return count;
}

}  // namespace tsctl::packed
