#include "tsctl/archive/finding_policy.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tsctl/core/base/error.h"
#include "tsctl/core/base/simple_json.h"

namespace tsctl {

namespace {

constexpr std::int64_t kMaxValues = 100'000;
constexpr const char* kPolicySchema = "tsctl.policy/1";

[[noreturn]] void fail(const std::string& path, const std::string& why) {
  throw Error(ErrorKind::input, fmt::format("the policy '{}' cannot be used: {}", path, why),
              "docs/findings.md has an example");
}

std::string text_of(const std::string& path, const std::string& key, const nlohmann::json& value) {
  if (!value.is_string()) fail(path, fmt::format("'{}' is not a string", key));
  return value.get<std::string>();
}

AllowedFinding allowed_from(const std::string& path, const nlohmann::json& row) {
  if (!row.is_object() || !row.contains("code")) fail(path, "a row of 'allow' has no 'code'");
  AllowedFinding allowed;
  for (const auto& [key, value] : row.items()) {
    const std::string text = text_of(path, key, value);
    if (key == "code") {
      const auto code = value_of<FindingCode>(text);
      if (!code) fail(path, fmt::format("there is no finding called '{}'", text));
      allowed.code = *code;
    } else if (key == "record") {
      allowed.record = text;
    } else if (key == "reason") {
      allowed.reason = text;
    } else {
      fail(path, fmt::format("a row of 'allow' has the unknown key '{}'", key));
    }
  }
  return allowed;
}

}  // namespace

std::vector<AllowedFinding> policy_from_text(const std::string& text, const std::string& path) {
  require_simple_json(text, fmt::format("the policy '{}'", path), kMaxValues);
  const nlohmann::json policy = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!policy.is_object()) fail(path, "it is not a JSON object");
  if (policy.value("schema", nlohmann::json()) != kPolicySchema)
    fail(path, fmt::format("its 'schema' is not \"{}\"", kPolicySchema));
  std::vector<AllowedFinding> allowed;
  for (const auto& [key, value] : policy.items()) {
    if (key == "schema") continue;
    if (key != "allow") fail(path, fmt::format("it has the unknown key '{}'", key));
    if (!value.is_array()) fail(path, "'allow' is not a list");
    for (const nlohmann::json& row : value) allowed.push_back(allowed_from(path, row));
  }
  return allowed;
}

}  // namespace tsctl
