#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "tsctl/core/arm_settings.h"
#include "tsctl/core/bench_samples.h"
#include "tsctl/core/capture.h"
#include "tsctl/core/capture_api.h"
#include "tsctl/core/manifest.h"
#include "tsctl/core/report.h"
#include "tsctl/core/wire.h"

// Conversion between structs and nlohmann's JSON; only report's own sources include this.
namespace tsctl::json {

using Json = nlohmann::ordered_json;

// The names of an enumeration's values, as the documents spell them.
template <typename Enum>
struct EnumNames;

template <>
struct EnumNames<CaptureMode> {
  static constexpr std::pair<CaptureMode, const char*> kNames[] = {
      {CaptureMode::automatic, "automatic"},
      {CaptureMode::trace, "trace"},
      {CaptureMode::script, "script"}};
};

template <>
struct EnumNames<RewriteGoal> {
  static constexpr std::pair<RewriteGoal, const char*> kNames[] = {
      {RewriteGoal::freeze, "freeze"}, {RewriteGoal::optimize, "optimize"}};
};

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
  void operator()(const char* key, const T& value) {
    object[key] = to_json(value);
  }
};

struct Reader {
  const Json& object;
  template <typename T>
  void operator()(const char* key, T& value) {
    const auto found = object.find(key);
    if (found != object.end()) read_json(*found, value);
  }
};

template <typename T>
struct IsVector : std::false_type {};
template <typename T>
struct IsVector<std::vector<T>> : std::true_type {};
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

template <typename T>
Json to_json(const T& value) {
  if constexpr (std::is_same_v<T, Dtype>) {
    return std::string(name_from_dtype(value));
  } else if constexpr (Vocabulary<T>) {
    return name_of(value);
  } else if constexpr (IsVariant<T>::value) {
    return variant_to_json(value);
  } else if constexpr (std::is_enum_v<T>) {
    for (const auto& [known, name] : EnumNames<T>::kNames) {
      if (known == value) return name;
    }
    return nullptr;
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

template <typename T>
void read_json(const Json& json, T& value) {
  if constexpr (std::is_same_v<T, Dtype>) {
    const auto dtype = dtype_from_name(json.get<std::string>());
    if (!dtype) throw std::invalid_argument("no dtype is called " + json.get<std::string>());
    value = *dtype;
  } else if constexpr (Vocabulary<T>) {
    const auto found = value_of<T>(json.get<std::string>());
    if (!found) throw std::invalid_argument("unknown name " + json.get<std::string>());
    value = *found;
  } else if constexpr (IsVariant<T>::value) {
    read_variant(json, value);
  } else if constexpr (std::is_enum_v<T>) {
    const auto text = json.get<std::string>();
    for (const auto& [known, name] : EnumNames<T>::kNames) {
      if (text == name) {
        value = known;
        return;
      }
    }
    throw std::invalid_argument("unknown name " + text);
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
