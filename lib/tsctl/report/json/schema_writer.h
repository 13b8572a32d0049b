#pragma once

#include <string>
#include <string_view>
#include <type_traits>

#include "tsctl/core/base/field.h"
#include "tsctl/report/json/json_convert.h"

// JSON Schema from field lists; only report's own sources include this.
namespace tsctl::json {

// "Warning" of tsctl::Warning, from what the compiler calls this function: "… [with T = tsctl::Warning; …]".
template <typename T>
std::string struct_name() {
  std::string_view text = __PRETTY_FUNCTION__;
  text.remove_prefix(text.find("T = ") + 4);
  text = text.substr(0, text.find_first_of(";]"));
  return std::string(text.substr(text.rfind(':') + 1));
}

// A visitor of a field list. Structs that it meets go into `definitions`, each once.
class SchemaWriter {
 public:
  explicit SchemaWriter(Json& definitions) : definitions_(definitions) {}

  template <typename T>
  void operator()(const char* key, const T&, const Field& field = {}) {
    Json property = schema_of<T>(field);
    if (*field.description != '\0') property["description"] = field.description;
    properties_[key] = std::move(property);
    if (!field.omitted_without_value) required_.push_back(key);
  }

  Json schema() const {
    return {{"type", "object"}, {"required", required_}, {"properties", properties_}};
  }

 private:
  template <typename T>
  Json schema_of(const Field& field) {
    if constexpr (Vocabulary<T>) {
      return {{"enum", name_list<T>()}};
    } else if constexpr (IsOptionalName<T>::value) {
      Json schema = schema_of<typename T::value_type>(field);
      schema["enum"].push_back("");
      return schema;
    } else if constexpr (IsOptional<T>::value) {
      return optional_schema<typename T::value_type>(field);
    } else if constexpr (IsVector<T>::value) {
      Json schema = {{"type", "array"},
                     {"items", schema_of<typename T::value_type>(field.finite())}};
      if (field.most_items) schema["maxItems"] = *field.most_items;
      return schema;
    } else if constexpr (IsMap<T>::value) {
      return {{"type", "object"},
              {"additionalProperties", schema_of<typename T::mapped_type>(field.finite())}};
    } else if constexpr (Described<T>) {
      return reference<T>();
    } else if constexpr (std::is_same_v<T, bool>) {
      return {{"type", "boolean"}};
    } else if constexpr (std::is_arithmetic_v<T>) {
      return number_schema(field, std::is_integral_v<T>);
    } else if constexpr (std::is_same_v<T, WarningCodeText>) {
      // A reader accepts codes that it does not know.
      return {{"type", "string"}, {"examples", name_list<WarningCode>()}};
    } else {
      static_assert(std::is_same_v<T, std::string>);
      return text_schema(field);
    }
  }

  template <typename T>
  Json optional_schema(const Field& field) {
    Json schema = schema_of<T>(field.finite());
    if (field.omitted_without_value) return schema;
    if (!schema.contains("type")) return {{"anyOf", {schema, {{"type", "null"}}}}};
    schema["type"] = {schema["type"], "null"};
    return schema;
  }

  template <typename T>
  Json reference() {
    const std::string name = struct_name<T>();
    if (!definitions_.contains(name)) {
      definitions_[name] = nullptr;  // reserves its place before the structs that it contains
      SchemaWriter writer(definitions_);
      T value;
      visit_fields(writer, value);
      definitions_[name] = writer.schema();
    }
    return {{"$ref", "#/$defs/" + name}};
  }

  static Json number_schema(const Field& field, bool whole) {
    if (field.numbers != nullptr) return {{"enum", field.numbers()}};
    Json schema = {{"type", whole ? "integer" : "number"}};
    // A number that is not finite is written as null. No whole number of the report is negative.
    if (!whole && !field.always_finite) schema["type"] = {"number", "null"};
    if (field.minimum || whole) schema["minimum"] = field.minimum.value_or(0);
    if (field.above) schema["exclusiveMinimum"] = *field.above;
    if (field.below) schema["exclusiveMaximum"] = *field.below;
    return schema;
  }

  static Json text_schema(const Field& field) {
    if (field.texts != nullptr) return {{"enum", field.texts()}};
    Json schema = {{"type", "string"}};
    if (field.never_empty) schema["minLength"] = 1;
    if (*field.pattern != '\0') schema["pattern"] = field.pattern;
    return schema;
  }

  Json& definitions_;
  Json properties_ = Json::object();
  Json required_ = Json::array();
};

}  // namespace tsctl::json
