#include "tsctl/archive/tensor_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include "tsctl/archive/op_count.h"
#include "tsctl/archive/tensor_bounds.h"
#include "tsctl/archive/value_text.h"

namespace tsctl {

namespace {

using Kind = PickleNode::Kind;

constexpr int kMaxDepth = 200;
constexpr std::int64_t kMaxVisits = 4'000'000;
constexpr std::size_t kMaxKeyBytes = 40;  // of a dict's key in a name such as table["x"]
// Of a row of the table, besides its name.
constexpr std::uint64_t kRowBytes = 400;

struct StorageType {
  std::string_view name;
  std::string_view dtype;
  std::int64_t element_bytes;
};

constexpr std::array kStorageTypes{
    StorageType{"FloatStorage", "float32", 4},
    StorageType{"DoubleStorage", "float64", 8},
    StorageType{"HalfStorage", "float16", 2},
    StorageType{"BFloat16Storage", "bfloat16", 2},
    StorageType{"LongStorage", "int64", 8},
    StorageType{"IntStorage", "int32", 4},
    StorageType{"ShortStorage", "int16", 2},
    StorageType{"CharStorage", "int8", 1},
    StorageType{"ByteStorage", "uint8", 1},
    StorageType{"BoolStorage", "bool", 1},
    StorageType{"ComplexFloatStorage", "complex64", 8},
    StorageType{"ComplexDoubleStorage", "complex128", 16},
    StorageType{"ComplexHalfStorage", "complex32", 4},
    StorageType{"QInt8Storage", "qint8", 1},
    StorageType{"QUInt8Storage", "quint8", 1},
    StorageType{"QInt32Storage", "qint32", 4},
    StorageType{"UInt16Storage", "uint16", 2},
    StorageType{"UInt32Storage", "uint32", 4},
    StorageType{"UInt64Storage", "uint64", 8},
    StorageType{"Float8_e4m3fnStorage", "float8_e4m3fn", 1},
    StorageType{"Float8_e5m2Storage", "float8_e5m2", 1},
};

const StorageType* find_storage_type(std::string_view name) {
  const auto found = std::ranges::find_if(
      kStorageTypes, [name](const StorageType& type) { return type.name == name; });
  return found == kStorageTypes.end() ? nullptr : &*found;
}

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

class TableBuilder {
 public:
  TableBuilder(const ModelArchive& archive, std::size_t value_limit)
      : archive_(archive), value_limit_(value_limit) {}

  TensorTable build() {
    add_module(archive_.data->root, "", 0);
    if (archive_.constants) add_constants(*archive_.constants);
    return std::move(table_);
  }

 private:
  void spend_row(const std::string& name) const {
    archive_.budget->spend_bytes(kRowBytes + 3 * name.size());
  }

  void count_visit(int depth) {
    archive_.budget->spend_steps(1);
    if (depth > kMaxDepth || ++visits_ > kMaxVisits)
      throw_damaged(archive_, "its objects are nested too deeply");
  }

  void add_module(PickleIndex index, const std::string& path, int depth) {
    count_visit(depth);
    const PickleNode& node = archive_.data->at(index);
    const CodeClass* type = archive_.code.find_class(node.text);
    const std::size_t place = table_.modules.size();
    spend_row(path);
    table_.modules.push_back({path, plain_class_name(node.text), std::nullopt});
    if (node.custom_state) {  // the names of the members are unknown
      add_tensors_within(*archive_.data, node.children[0], path + "<state>", TensorKind::attribute,
                         depth + 1);
      return;
    }
    for (std::size_t i = 0; i + 1 < node.children.size(); i += 2) {
      const PickleNode& key = archive_.data->at(node.children[i]);
      const PickleNode& value = archive_.data->at(node.children[i + 1]);
      if (key.text == "training" && value.kind == Kind::boolean) {
        table_.modules[place].training = value.integer != 0;
      } else if (key.text != "_is_full_backward_hook") {
        const std::string name =
            path.empty() ? std::string(key.text) : path + "." + std::string(key.text);
        add_member(type, key.text, node.children[i + 1], name, depth);
      }
    }
  }

  void add_member(const CodeClass* type, std::string_view key, PickleIndex index,
                  const std::string& name, int depth) {
    const PickleNode& value = archive_.data->at(index);
    const bool is_parameter = type != nullptr && contains(type->parameters, key);
    const bool is_buffer = type != nullptr && contains(type->buffers, key);
    if (value.kind == Kind::object && archive_.code.find_class(value.text) != nullptr) {
      add_module(index, name, depth + 1);
    } else if (value.kind == Kind::tensor) {
      const TensorKind kind = is_parameter ? TensorKind::parameter
                              : is_buffer  ? TensorKind::buffer
                                           : TensorKind::attribute;
      table_.tensors.push_back(tensor_summary(*archive_.data, value, name, kind));
    } else if (value.kind != Kind::none || !(is_parameter || is_buffer)) {
      const std::string attribute_type(type == nullptr ? std::string_view()
                                                       : type->attribute_type(key));
      spend_row(name);
      archive_.budget->spend_bytes(value_limit_);
      table_.attributes.push_back(
          {name, attribute_type, value_text(*archive_.data, index, value_limit_)});
      add_tensors_within(*archive_.data, index, name, TensorKind::attribute, depth + 1);
    }
  }

  // Adds the tensors in lists, tuples, dicts and objects of other classes: "layers[0]", "table["x"]".
  void add_tensors_within(const Pickle& pickle, PickleIndex index, const std::string& name,
                          TensorKind kind, int depth) {
    count_visit(depth);
    const PickleNode& node = pickle.at(index);
    if (node.kind == Kind::tensor) {
      table_.tensors.push_back(tensor_summary(pickle, node, name, kind));
      return;
    }
    const bool pairs = node.kind == Kind::dict || (node.kind == Kind::object && !node.custom_state);
    for (std::size_t i = 0; i < node.children.size(); i += pairs ? 2 : 1) {
      if (pairs && i + 1 >= node.children.size()) break;
      archive_.budget->spend_steps(1);
      const PickleIndex item = node.children[pairs ? i + 1 : i];
      const Kind item_kind = pickle.at(item).kind;
      if (item_kind != Kind::tensor && pickle.at(item).children.empty()) continue;
      const std::string key =
          pairs ? value_text(pickle, node.children[i], kMaxKeyBytes) : std::to_string(i);
      add_tensors_within(pickle, item, fmt::format("{}[{}]", name, key), kind, depth + 1);
    }
  }

  void add_constants(const Pickle& constants) {
    const auto uses = constant_uses(archive_.code);
    const PickleNode& root = constants.at(constants.root);
    for (std::size_t i = 0; i < root.children.size(); ++i) {
      const std::string name = "c" + std::to_string(i);
      const PickleNode& value = constants.at(root.children[i]);
      if (value.kind != Kind::tensor) {
        const std::string text = value_text(constants, root.children[i], value_limit_);
        table_.attributes.push_back({"CONSTANTS." + name, "", text});
        continue;
      }
      table_.constants.push_back(tensor_summary(constants, value, name, TensorKind::constant));
      const auto found = uses.find(name);
      table_.constants.back().uses = found == uses.end() ? 0 : found->second;
    }
  }

  TensorSummary tensor_summary(const Pickle& pickle, const PickleNode& node,
                               const std::string& name, TensorKind kind) {
    const PickledTensor& tensor = pickle.tensors[static_cast<std::size_t>(node.integer)];
    const StorageType* type = find_storage_type(tensor.storage_type);
    const std::int64_t element_bytes = type == nullptr ? 0 : type->element_bytes;
    spend_row(name);
    TensorSummary summary;
    summary.name = name;
    summary.kind = kind;
    summary.dtype = type == nullptr ? tensor.storage_type : std::string(type->dtype);
    summary.shape = tensor.shape;
    summary.strides = tensor.strides;
    summary.device = tensor.device;
    summary.requires_grad = tensor.requires_grad;
    summary.record = (kind == TensorKind::constant ? "constants/" : "data/") + tensor.record;
    summary.count = checked_count(tensor, name);
    require_record_holds(archive_, summary.record, tensor.storage_type, tensor.storage_elements,
                         fmt::format("tensor '{}'", name));
    // checked_count() bounds both products.
    summary.size_bytes = summary.count * element_bytes;
    summary.offset_bytes = tensor.offset * element_bytes;
    const auto [first, is_first] = first_of_record_.emplace(summary.record, name);
    if (!is_first) summary.shared_with = first->second;
    return summary;
  }

  std::int64_t checked_count(const PickledTensor& tensor, const std::string& name) const {
    const auto count = count_inside_storage(tensor);
    if (!count) throw_damaged(archive_, fmt::format("tensor '{}' lies outside its storage", name));
    return *count;
  }

  const ModelArchive& archive_;
  std::size_t value_limit_;
  TensorTable table_;
  std::map<std::string, std::string> first_of_record_;
  std::int64_t visits_ = 0;
};

}  // namespace

TensorTable tensor_table(const ModelArchive& archive, std::size_t value_limit) {
  return TableBuilder(archive, value_limit).build();
}

std::int64_t storage_element_bytes(std::string_view storage_type) {
  const StorageType* type = find_storage_type(storage_type);
  return type == nullptr ? 0 : type->element_bytes;
}

}  // namespace tsctl
