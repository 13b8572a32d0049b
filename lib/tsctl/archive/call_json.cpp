#include "tsctl/archive/call_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string_view>

#include "tsctl/core/base/error.h"

namespace tsctl {

namespace {

using Json = nlohmann::ordered_json;

constexpr int kMaxDepth = 100;  // levels of nesting; a model's arguments need far fewer

constexpr std::array<std::string_view, 9> kKindNames{
    "none", "tensor", "boolean", "integer", "real", "string", "list", "tuple", "dict"};

std::string text_from_real(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  std::array<char, 40> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

double real_from_text(const std::string& text) {
  double value = 0.0;
  const char* end = text.data() + text.size();
  const auto [stop, code] = std::from_chars(text.data(), end, value);
  if (code == std::errc::result_out_of_range && stop == end)
    return std::strtod(text.c_str(), nullptr);
  if (code != std::errc() || stop != end)
    throw std::invalid_argument(fmt::format("'{}' is not a number", text));
  return value;
}

Value::Kind kind_from_name(const std::string& name) {
  const auto* const found = std::ranges::find(kKindNames, name);
  if (found == kKindNames.end())
    throw std::invalid_argument(fmt::format("a value has the unknown kind '{}'", name));
  return static_cast<Value::Kind>(found - kKindNames.begin());
}

Json json_from_value(const Value& value) {
  Json json{{"kind", kKindNames.at(static_cast<std::size_t>(value.kind))}};
  switch (value.kind) {
    case Value::Kind::none:
      break;
    case Value::Kind::tensor:
      json["tensor"] = value.tensor;
      json["complex_pairs"] = value.complex_pairs;
      break;
    case Value::Kind::boolean:
      json["boolean"] = value.boolean;
      break;
    case Value::Kind::integer:
      json["integer"] = value.integer;
      break;
    case Value::Kind::real:
      json["real"] = text_from_real(value.real);
      break;
    case Value::Kind::string:
      json["string"] = value.string;
      break;
    case Value::Kind::list:
    case Value::Kind::tuple:
    case Value::Kind::dict:
      json["items"] = Json::array();
      for (const Value& item : value.items) json["items"].push_back(json_from_value(item));
      json["keys"] = value.keys;
      break;
  }
  return json;
}

Value value_from_json(const Json& json, int depth) {
  if (depth > kMaxDepth) throw std::invalid_argument("a value is nested too deeply");
  Value value;
  value.kind = kind_from_name(json.at("kind").get_ref<const std::string&>());
  switch (value.kind) {
    case Value::Kind::none:
      break;
    case Value::Kind::tensor:
      value.tensor = json.at("tensor").get<std::string>();
      value.complex_pairs = json.value("complex_pairs", false);
      break;
    case Value::Kind::boolean:
      value.boolean = json.at("boolean").get<bool>();
      break;
    case Value::Kind::integer:
      value.integer = json.at("integer").get<std::int64_t>();
      break;
    case Value::Kind::real:
      value.real = real_from_text(json.at("real").get_ref<const std::string&>());
      break;
    case Value::Kind::string:
      value.string = json.at("string").get<std::string>();
      break;
    case Value::Kind::list:
    case Value::Kind::tuple:
    case Value::Kind::dict:
      for (const Json& item : json.at("items"))
        value.items.push_back(value_from_json(item, depth + 1));
      value.keys = json.value("keys", std::vector<std::string>{});
      if (value.keys.size() != value.items.size() &&
          (value.kind == Value::Kind::dict || !value.keys.empty())) {
        throw std::invalid_argument("the number of a value's keys differs from that of its items");
      }
      break;
  }
  return value;
}

CallRecord call_from_json(const Json& json) {
  CallRecord call;
  call.label = json.at("label").get<std::string>();
  call.call = json.value("call", 1);
  for (const Json& argument : json.at("args")) call.args.push_back(value_from_json(argument, 0));
  for (const Json& pair : json.at("kwargs")) {
    call.kwargs.emplace_back(pair.at(0).get<std::string>(), value_from_json(pair.at(1), 0));
  }
  const Json& outputs = json.at("outputs");
  if (!outputs.is_null()) call.outputs = value_from_json(outputs, 0);
  return call;
}

}  // namespace

std::string json_text_from_calls(const std::vector<CallRecord>& calls) {
  Json json = Json::array();
  for (const CallRecord& call : calls) {
    Json entry{{"label", call.label},
               {"call", call.call},
               {"args", Json::array()},
               {"kwargs", Json::array()},
               {"outputs", nullptr}};
    for (const Value& argument : call.args) entry["args"].push_back(json_from_value(argument));
    for (const auto& [name, argument] : call.kwargs) {
      entry["kwargs"].push_back(Json::array({name, json_from_value(argument)}));
    }
    if (call.outputs) entry["outputs"] = json_from_value(*call.outputs);
    json.push_back(std::move(entry));
  }
  // A string that a model returns need not be UTF-8: invalid bytes become U+FFFD.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::vector<CallRecord> calls_from_json_text(const std::string& text, const std::string& path) {
  const auto fail = [&path](const std::exception& error) {
    throw Error(ErrorKind::input,
                fmt::format("the metadata entry tsctl_calls of '{}' cannot be read: {}", path,
                            error.what()),
                "tsctl did not write the file, or the file was changed later");
  };
  std::vector<CallRecord> calls;
  try {
    for (const Json& entry : Json::parse(text)) calls.push_back(call_from_json(entry));
  } catch (const Json::exception& error) {
    fail(error);
  } catch (const std::invalid_argument& error) {
    fail(error);
  }
  return calls;
}

}  // namespace tsctl
