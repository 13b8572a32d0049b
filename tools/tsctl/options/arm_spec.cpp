#include "options/arm_spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <filesystem>
#include <ranges>
#include <string_view>
#include <vector>

#include "tsctl/core/arm_runtimes.h"
#include "tsctl/core/base/did_you_mean.h"
#include "tsctl/core/base/error.h"
#include "tsctl/core/base/split.h"

namespace tsctl {

namespace {

bool is_label(const std::string& text) {
  return !text.empty() && std::isalnum(static_cast<unsigned char>(text.front())) != 0 &&
         std::ranges::all_of(text, [](unsigned char c) {
           return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '.';
         });
}

// One key=value of an arm.
struct Setting {
  const ArmSpec& arm;
  const std::string& key;
  const std::string& value;

  Error fault(const std::string& what, const std::string& hint) const {
    return {ErrorKind::usage, fmt::format("the arm '{}': {}", arm.text, what), hint};
  }

  int threads() const {
    int threads = 0;
    const char* const last = value.data() + value.size();
    const auto [end, code] = std::from_chars(value.data(), last, threads);
    if (code == std::errc{} && end == last && threads >= 1 && threads <= kMostThreads)
      return threads;
    throw fault(fmt::format("'{}' is not a number of threads from 1 to {}", value, kMostThreads),
                "write threads=1");
  }

  Executor executor() const {
    if (const auto executor = value_of<Executor>(value)) return *executor;
    throw fault(fmt::format("there is no executor '{}'", value),
                "executors are default, static and unoptimized");
  }

  bool on() const {
    if (value == "on" || value == "off") return value == "on";
    throw fault(fmt::format("{} is on or off, not '{}'", key, value),
                fmt::format("write {}=on", key));
  }

  std::string runtime() const {
    if (is_exported_runtime(value)) return value;
    throw fault(fmt::format("there is no runtime '{}'", value),
                "runtimes are " + exported_runtimes(", ", " and "));
  }

  Precision precision() const {
    if (const auto named = value_of<Precision>(value)) return *named;
    throw fault(fmt::format("precision is bf16, not '{}'", value),
                "leave it out to multiply in the model's own dtype");
  }
};

// A key, how help shows it, and what it sets.
struct SettingKey {
  const char* key;
  const char* help;
  void (*apply)(const Setting& setting, ArmSettings& settings);
};

constexpr std::array kSettingKeys{
    SettingKey{
        "threads", "threads=N",
        [](const Setting& given, ArmSettings& settings) { settings.threads = given.threads(); }},
    SettingKey{
        "executor", "executor=NAME",
        [](const Setting& given, ArmSettings& settings) { settings.executor = given.executor(); }},
    SettingKey{"compile", "compile=on",
               [](const Setting& given, ArmSettings& settings) { settings.compile = given.on(); }},
    SettingKey{
        "runtime", "runtime=NAME",
        [](const Setting& given, ArmSettings& settings) { settings.runtime = given.runtime(); }},
    SettingKey{"onednn-graph", "onednn-graph=on",
               [](const Setting& given, ArmSettings& settings) {
                 settings.tuning.onednn_graph = given.on();
               }},
    SettingKey{"fusion", "fusion=on",
               [](const Setting& given, ArmSettings& settings) {
                 settings.tuning.fusion = given.on() ? Fusion::on : Fusion::off;
               }},
    SettingKey{"precision", "precision=bf16",
               [](const Setting& given, ArmSettings& settings) {
                 settings.tuning.precision = given.precision();
               }},
    SettingKey{"cuda-graph", "cuda-graph=on",
               [](const Setting& given, ArmSettings& settings) {
                 settings.tuning.cuda_graph = given.on();
               }},
};

std::string settings_hint() {
  std::string text;
  for (const SettingKey& known : kSettingKeys) {
    if (!text.empty()) text += &known == &kSettingKeys.back() ? " and " : ", ";
    text += known.help;
  }
  return "settings are " + text;
}

void apply_setting(ArmSpec& arm, const std::string& key, const std::string& value) {
  const Setting setting{arm, key, value};
  std::vector<std::string> keys;
  for (const SettingKey& known : kSettingKeys) {
    if (key == known.key) {
      known.apply(setting, arm.settings);
      arm.executor_given = arm.executor_given || key == "executor";
      return;
    }
    keys.emplace_back(known.key);
  }
  const std::string closest = closest_name(key, keys);
  throw setting.fault(fmt::format("there is no setting '{}'", key),
                      closest.empty() ? settings_hint() : fmt::format("did you mean {}?", closest));
}

// Takes LABEL= from the front of the subject, if it is there.
void split_label(ArmSpec& arm) {
  const std::size_t equals = arm.subject.find('=');
  if (equals == std::string::npos || !is_label(arm.subject.substr(0, equals))) return;
  arm.label = arm.subject.substr(0, equals);
  arm.label_given = true;
  arm.subject = arm.subject.substr(equals + 1);
}

// Applies key=value.
void apply_setting(ArmSpec& arm, const std::string& setting) {
  const std::size_t equals = setting.find('=');
  if (equals == std::string::npos) {
    throw Error(ErrorKind::usage,
                fmt::format("the arm '{}': '{}' is not key=value", arm.text, setting),
                settings_hint());
  }
  apply_setting(arm, setting.substr(0, equals), setting.substr(equals + 1));
}

}  // namespace

ArmSpec arm_spec_from_text(const std::string& text, const ArmSettings& defaults) {
  ArmSpec arm{.text = text, .settings = defaults};
  const std::vector<std::string_view> parts = split(text, ',');
  arm.subject = parts.front();
  split_label(arm);
  if (arm.subject.empty()) {
    throw Error(ErrorKind::usage, fmt::format("the arm '{}' names no file or SOURCE", text),
                "write [LABEL=]FILE[,threads=N]");
  }
  arm.settings_text = text.substr(parts.front().size());
  if (arm.label.empty())
    arm.label = std::filesystem::path(arm.subject).filename().string() + arm.settings_text;
  for (const std::string_view setting : parts | std::views::drop(1))
    apply_setting(arm, std::string(setting));
  return arm;
}

}  // namespace tsctl
