#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "tsctl/core/arm_settings.h"
#include "tsctl/core/base/enum_names.h"
#include "tsctl/core/base/field.h"
#include "tsctl/core/base/warning.h"
#include "tsctl/core/bench_samples.h"
#include "tsctl/core/capture.h"
#include "tsctl/core/capture_api.h"
#include "tsctl/core/manifest.h"
#include "tsctl/core/report.h"
#include "tsctl/core/wire.h"
#include "tsctl/report/json/ordered_json.h"

// Conversion between structs and nlohmann's JSON; only report's own sources include this.
namespace tsctl::json {

struct Writer;
struct Reader;

template <typename T>
concept Described = requires(T& value, Writer& writer) {
  visit_fields(writer, value);
};

template <typename T>
Json to_json(const T& value);
template <typename T>
void read_json(const Json& json, T& value);

struct Writer {
  Json object = Json::object();
  template <typename T>
  void operator()(const char* key, const T& value, const Field& field = {}) {
    Json json = to_json(value);
    if (!json.is_null() || !field.omitted_without_value) object[key] = std::move(json);
  }
};

// A value of a document that cannot be read, with the path of its key: "bench.arms.speed: …".
class BadValue : public std::invalid_argument {
 public:
  BadValue(const std::string& path, const std::string& problem)
      : std::invalid_argument(path + ": " + problem), path_(path), problem_(problem) {}

  BadValue below(const std::string& key) const { return {key + "." + path_, problem_}; }

 private:
  std::string path_;
  std::string problem_;
};

struct Reader {
  const Json& object;
  template <typename T>
  void operator()(const char* key, T& value, const Field& = {}) {
    const auto found = object.find(key);
    if (found == object.end()) return;
    try {
      read_json(*found, value);
    } catch (const BadValue& error) {
      throw error.below(key);
    } catch (const std::exception& error) {
      throw BadValue(key, error.what());
    }
  }
};

template <typename T>
struct IsVector : std::false_type {};
template <typename T>
struct IsVector<std::vector<T>> : std::true_type {};
template <typename T>
struct IsMap : std::false_type {};
template <typename Value>
struct IsMap<std::map<std::string, Value>> : std::true_type {};
template <typename T>
struct IsOptional : std::false_type {};
template <typename T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <typename T>
struct IsPair : std::false_type {};
template <typename A, typename B>
struct IsPair<std::pair<A, B>> : std::true_type {};
template <typename T>
struct IsVariant : std::false_type {};
template <typename... Ts>
struct IsVariant<std::variant<Ts...>> : std::true_type {};

// A variant is an object whose only key is its alternative's name in kMessageName.
template <typename... Ts>
Json variant_to_json(const std::variant<Ts...>& value) {
  return std::visit(
      []<typename T>(const T& message) {
        static_assert(kMessageName<T> != nullptr);
        return Json{{kMessageName<T>, to_json(message)}};
      },
      value);
}

template <typename... Ts>
void read_variant(const Json& json, std::variant<Ts...>& value) {
  if (!json.is_object() || json.size() != 1)
    throw std::invalid_argument("an object with one key was expected");
  const std::string& name = json.begin().key();
  const auto read_if_named = [&]<typename T>(std::type_identity<T>) {
    if (name != kMessageName<T>) return false;
    read_json(json.begin().value(), value.template emplace<T>());
    return true;
  };
  if (!(read_if_named(std::type_identity<Ts>{}) || ...))
    throw std::invalid_argument("unknown name " + name);
}

// A document has empty text for an optional enum without a value.
template <typename T>
struct IsOptionalName : std::false_type {};
template <Vocabulary T>
struct IsOptionalName<std::optional<T>> : std::true_type {};

template <typename T>
Json to_json(const T& value) {
  if constexpr (Vocabulary<T> || IsOptionalName<T>::value) {
    return name_of(value);
  } else if constexpr (std::is_same_v<T, WarningCodeText>) {
    return value.text();
  } else if constexpr (IsVariant<T>::value) {
    return variant_to_json(value);
  } else if constexpr (std::is_floating_point_v<T>) {
    return std::isfinite(value) ? Json(value) : Json(nullptr);
  } else if constexpr (IsOptional<T>::value) {
    return value ? to_json(*value) : Json(nullptr);
  } else if constexpr (IsPair<T>::value) {
    return Json::array({to_json(value.first), to_json(value.second)});
  } else if constexpr (IsVector<T>::value) {
    Json array = Json::array();
    for (const auto& item : value) array.push_back(to_json(item));
    return array;
  } else if constexpr (Described<T>) {
    Writer writer;
    visit_fields(writer,
                 const_cast<T&>(value));  // the visitor is shared with Reader; Writer only reads
    return std::move(writer.object);
  } else {
    return Json(value);
  }
}

// Whole numbers that fit, written as 3 or 3.0; nlohmann's own get<int>() cuts and wraps, and takes true for 1.
template <typename T>
T whole_number(const Json& json) {
  if (json.is_number_unsigned() && std::in_range<T>(json.get<std::uint64_t>()))
    return json.get<T>();
  if (json.is_number_integer() && !json.is_number_unsigned() &&
      std::in_range<T>(json.get<std::int64_t>())) {
    return json.get<T>();
  }
  if (json.is_number_float()) {
    constexpr double kExact = 9007199254740992.0;  // 2^53: below it every whole number is a double
    const auto number = json.get<double>();
    if (std::trunc(number) == number && std::abs(number) < kExact &&
        std::in_range<T>(static_cast<std::int64_t>(number))) {
      return static_cast<T>(number);
    }
  }
  throw std::invalid_argument("a whole number was expected instead of " + json.dump());
}

template <Vocabulary Enum>
Enum read_name(const std::string& text) {
  if (const auto value = value_of<Enum>(text)) return *value;
  std::string known;
  for (const std::string& name : name_list<Enum>()) known += (known.empty() ? "" : ", ") + name;
  throw std::invalid_argument("'" + text + "' is not one of " + known);
}

template <typename T>
void read_json(const Json& json, T& value) {
  if constexpr (Vocabulary<T>) {
    value = read_name<T>(json.get<std::string>());
  } else if constexpr (IsVariant<T>::value) {
    read_variant(json, value);
  } else if constexpr (IsOptionalName<T>::value) {
    const auto text = json.get<std::string>();
    value.reset();
    if (!text.empty()) value = read_name<typename T::value_type>(text);
  } else if constexpr (std::is_same_v<T, WarningCodeText>) {
    value = json.get<std::string>();
  } else if constexpr (std::is_floating_point_v<T>) {
    if (!json.is_null() && !json.is_number()) throw std::invalid_argument("a number was expected");
    value = json.is_null() ? std::numeric_limits<T>::quiet_NaN() : json.get<T>();
  } else if constexpr (IsOptional<T>::value) {
    if (json.is_null()) {
      value.reset();
    } else {
      read_json(json, value.emplace());
    }
  } else if constexpr (IsPair<T>::value) {
    read_json(json.at(0), value.first);
    read_json(json.at(1), value.second);
  } else if constexpr (IsVector<T>::value) {
    if (!json.is_array()) throw std::invalid_argument("a list was expected");
    value.clear();
    for (const auto& item : json) read_json(item, value.emplace_back());
  } else if constexpr (Described<T>) {
    if (!json.is_object()) throw std::invalid_argument("an object was expected");
    Reader reader{json};
    visit_fields(reader, value);
  } else if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
    value = whole_number<T>(json);
  } else {
    value = json.get<T>();
  }
}

}  // namespace tsctl::json
