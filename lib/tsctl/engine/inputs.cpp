#include "tsctl/engine/inputs.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <set>

#include "tsctl/core/base/error.h"
#include "tsctl/engine/outputs.h"

namespace tsctl {

namespace {

// The context of a conversion, and the texts of its messages.
struct Conversion {
  const TensorFile& file;
  const c10::Device& device;
  std::string argument;
  std::string schema;

  [[noreturn]] void refuse(const Value& value, const c10::TypePtr& type) const {
    throw Error(ErrorKind::usage,
                fmt::format("the argument '{}' must be {}, not '{}'", argument,
                            type->annotation_str(), describe_structure(value)),
                fmt::format("{}the model's signature is {}", as_items(value, type), schema));
  }

 private:
  // How --input gives a list or tuple of tensors, where it gave a tensor.
  std::string as_items(const Value& value, const c10::TypePtr& type) const {
    const bool has_items =
        type->kind() == c10::TypeKind::TupleType || *type == *c10::ListType::ofTensors();
    if (value.kind != Value::Kind::tensor || !has_items) return "";
    return fmt::format("give it by its items: --input '{}[0]:SHAPE', and so on; ", argument);
  }
};

at::Tensor read_tensor(const Value& value, const Conversion& conversion) {
  const at::Tensor tensor =
      tensor_from_entry(conversion.file.tensor(value.tensor), value.complex_pairs);
  return conversion.device.is_cpu() ? tensor : tensor.to(conversion.device);
}

c10::IValue convert(const Value& value, const c10::TypePtr& type, const Conversion& conversion);

// A drawn input is always a tensor; a number parameter takes its only element.
c10::IValue number_from_tensor(const Value& value, const c10::TypePtr& type,
                               const Conversion& conversion) {
  const at::Tensor tensor = read_tensor(value, conversion);
  if (tensor.numel() != 1 || tensor.is_complex()) conversion.refuse(value, type);
  const bool integral = at::isIntegralType(tensor.scalar_type(), /*includeBool=*/true);
  const double number = tensor.to(at::kDouble).item<double>();
  switch (type->kind()) {
    case c10::TypeKind::BoolType:
      return number != 0.0;
    case c10::TypeKind::IntType:
      if (!integral && std::nearbyint(number) != number) conversion.refuse(value, type);
      return integral ? tensor.to(at::kLong).item<std::int64_t>()
                      : static_cast<std::int64_t>(number);
    default:
      return number;
  }
}

c10::IValue convert_number(const Value& value, const c10::TypePtr& type,
                           const Conversion& conversion) {
  const bool wants_real = type->kind() == c10::TypeKind::FloatType;
  const bool wants_any = type->kind() == c10::TypeKind::NumberType;
  switch (value.kind) {
    case Value::Kind::tensor:
      return number_from_tensor(value, type, conversion);
    case Value::Kind::boolean:
      if (type->kind() == c10::TypeKind::BoolType) return value.boolean;
      break;
    case Value::Kind::integer:
      if (wants_real) return static_cast<double>(value.integer);
      if (wants_any || type->kind() == c10::TypeKind::IntType) return value.integer;
      break;
    case Value::Kind::real:
      if (wants_real || wants_any) return value.real;
      break;
    default:
      break;
  }
  conversion.refuse(value, type);
}

c10::IValue convert_list(const Value& value, const c10::TypePtr& type,
                         const Conversion& conversion) {
  if (value.kind != Value::Kind::list && value.kind != Value::Kind::tuple)
    conversion.refuse(value, type);
  const c10::TypePtr element = type->expectRef<c10::ListType>().getElementType();
  c10::impl::GenericList list(element);
  list.reserve(value.items.size());
  for (const Value& item : value.items) list.push_back(convert(item, element, conversion));
  return list;
}

c10::IValue convert_tuple(const Value& value, const c10::TypePtr& type,
                          const Conversion& conversion) {
  const auto elements = type->containedTypes();
  const bool sequence = value.kind == Value::Kind::list || value.kind == Value::Kind::tuple;
  if (!sequence || value.items.size() != elements.size()) conversion.refuse(value, type);
  std::vector<c10::IValue> items;
  for (std::size_t i = 0; i < elements.size(); ++i)
    items.push_back(convert(value.items[i], elements[i], conversion));
  const auto& tuple = type->expectRef<c10::TupleType>();
  if (tuple.name())
    return c10::ivalue::Tuple::createNamed(std::move(items), type->cast<c10::TupleType>());
  return c10::ivalue::Tuple::create(std::move(items));
}

c10::IValue dict_key(const std::string& key, const Value& dict, const c10::TypePtr& type,
                     const Conversion& conversion) {
  const auto& dict_type = type->expectRef<c10::DictType>();
  if (dict_type.getKeyType()->kind() != c10::TypeKind::IntType) return key;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), number);
  if (error != std::errc() || end != key.data() + key.size()) conversion.refuse(dict, type);
  return number;
}

c10::IValue convert_dict(const Value& value, const c10::TypePtr& type,
                         const Conversion& conversion) {
  if (value.kind != Value::Kind::dict) conversion.refuse(value, type);
  const auto& dict_type = type->expectRef<c10::DictType>();
  c10::impl::GenericDict dict(dict_type.getKeyType(), dict_type.getValueType());
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    dict.insert(dict_key(value.keys[i], value, type, conversion),
                convert(value.items[i], dict_type.getValueType(), conversion));
  }
  return dict;
}

// Converts to the first member of a Union that accepts the value.
c10::IValue convert_union(const Value& value, const c10::TypePtr& type,
                          const Conversion& conversion) {
  for (const c10::TypePtr& member : type->containedTypes()) {
    const bool none = member->kind() == c10::TypeKind::NoneType;
    if (none != (value.kind == Value::Kind::none)) continue;
    if (none) return c10::IValue();
    try {
      return convert(value, member, conversion);
    } catch (const Error&) {  // the next member may accept it
    }
  }
  conversion.refuse(value, type);
}

// The type of the value itself, for a parameter of type Any.
c10::TypePtr natural_type(const Value& value, const Conversion& conversion,
                          const c10::TypePtr& wanted) {
  switch (value.kind) {
    case Value::Kind::none:
      return c10::NoneType::get();
    case Value::Kind::tensor:
      return c10::TensorType::get();
    case Value::Kind::boolean:
      return c10::BoolType::get();
    case Value::Kind::integer:
      return c10::IntType::get();
    case Value::Kind::real:
      return c10::FloatType::get();
    case Value::Kind::string:
      return c10::StringType::get();
    default:
      conversion.refuse(value, wanted);
  }
}

c10::IValue convert(const Value& value, const c10::TypePtr& type, const Conversion& conversion) {
  switch (type->kind()) {
    case c10::TypeKind::TensorType:
      if (value.kind != Value::Kind::tensor) conversion.refuse(value, type);
      return read_tensor(value, conversion);
    case c10::TypeKind::BoolType:
    case c10::TypeKind::IntType:
    case c10::TypeKind::FloatType:
    case c10::TypeKind::NumberType:
      return convert_number(value, type, conversion);
    case c10::TypeKind::StringType:
      if (value.kind != Value::Kind::string) conversion.refuse(value, type);
      return value.string;
    case c10::TypeKind::NoneType:
      if (value.kind != Value::Kind::none) conversion.refuse(value, type);
      return c10::IValue();
    case c10::TypeKind::OptionalType:
      if (value.kind == Value::Kind::none) return c10::IValue();
      return convert(value, type->expectRef<c10::OptionalType>().getElementType(), conversion);
    case c10::TypeKind::UnionType:
      return convert_union(value, type, conversion);
    case c10::TypeKind::ListType:
      return convert_list(value, type, conversion);
    case c10::TypeKind::TupleType:
      return convert_tuple(value, type, conversion);
    case c10::TypeKind::DictType:
      return convert_dict(value, type, conversion);
    case c10::TypeKind::AnyType:
      return convert(value, natural_type(value, conversion, type), conversion);
    default:
      conversion.refuse(value, type);
  }
}

// The parameters without the first one, which is the module.
std::vector<const c10::Argument*> parameters_of(const c10::FunctionSchema& schema) {
  const std::vector<c10::Argument>& arguments = schema.arguments();
  std::vector<const c10::Argument*> parameters;
  for (std::size_t i = 1; i < arguments.size(); ++i) parameters.push_back(&arguments[i]);
  return parameters;
}

const c10::Argument* find_parameter(const std::vector<const c10::Argument*>& parameters,
                                    const std::string& name) {
  for (const c10::Argument* parameter : parameters) {
    if (parameter->name() == name) return parameter;
  }
  return nullptr;
}

[[noreturn]] void throw_wrong_call(const CallRecord& record, const std::string& what,
                                   const c10::FunctionSchema& schema) {
  const std::string set = record.label.empty() ? "" : fmt::format(" (input set {})", record.label);
  throw Error(ErrorKind::usage, what + set,
              fmt::format("the model's signature is {}", describe_schema(schema)));
}

void require_complete(const CallRecord& record, const std::vector<const c10::Argument*>& parameters,
                      const c10::FunctionSchema& schema) {
  if (record.args.size() > parameters.size()) {
    throw_wrong_call(record,
                     fmt::format("{} positional inputs were given, and {} takes {}",
                                 record.args.size(), schema.name(), parameters.size()),
                     schema);
  }
  std::set<std::string> given;
  for (std::size_t i = 0; i < record.args.size(); ++i) given.insert(parameters[i]->name());
  for (const auto& [name, value] : record.kwargs) {
    if (find_parameter(parameters, name) == nullptr) {
      throw_wrong_call(record, fmt::format("{} has no parameter '{}'", schema.name(), name),
                       schema);
    }
    if (!given.insert(name).second)
      throw_wrong_call(record, fmt::format("'{}' was given twice", name), schema);
  }
  for (const c10::Argument* parameter : parameters) {
    if (given.count(parameter->name()) == 0 && !parameter->default_value()) {
      throw_wrong_call(record, fmt::format("no input was given for '{}'", parameter->name()),
                       schema);
    }
  }
}

}  // namespace

std::string describe_schema(const c10::FunctionSchema& schema) {
  std::string text = schema.name() + '(';
  bool first = true;
  for (const c10::Argument* parameter : parameters_of(schema)) {
    if (!first) text += ", ";
    first = false;
    text += parameter->name() + ": " + parameter->type()->annotation_str();
    if (parameter->default_value()) text += " = " + c10::str(*parameter->default_value());
  }
  return text + ')';
}

TensorFile open_calls(const std::string& path) {
  TensorFile file = TensorFile::open(path);
  if (file.calls().empty())
    throw Error(ErrorKind::input, fmt::format("'{}' holds no calls to run", path));
  return file;
}

CallInputs inputs_from_record(const CallRecord& record, const TensorFile& file,
                              const c10::FunctionSchema& schema, const c10::Device& device) {
  const std::vector<const c10::Argument*> parameters = parameters_of(schema);
  require_complete(record, parameters, schema);
  Conversion conversion{file, device, {}, describe_schema(schema)};
  CallInputs inputs;
  for (std::size_t i = 0; i < record.args.size(); ++i) {
    conversion.argument = parameters[i]->name();
    inputs.args.push_back(convert(record.args[i], parameters[i]->type(), conversion));
  }
  for (const auto& [name, value] : record.kwargs) {
    conversion.argument = name;
    inputs.kwargs[name] = convert(value, find_parameter(parameters, name)->type(), conversion);
  }
  return inputs;
}

torch::jit::Stack stack_from_inputs(const torch::jit::Module& module,
                                    const torch::jit::Method& method, const CallInputs& inputs) {
  torch::jit::Stack stack{module._ivalue()};
  stack.insert(stack.end(), inputs.args.begin(), inputs.args.end());
  method.function().getSchema().checkAndNormalizeInputs(stack, inputs.kwargs);
  return stack;
}

}  // namespace tsctl
