#include "arm_spec.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <filesystem>
#include <vector>

#include "tsctl/core/did_you_mean.h"
#include "tsctl/core/error.h"

namespace tsctl {

namespace {

const std::vector<std::string>& known_keys() {
  static const std::vector<std::string> keys{"threads", "executor", "compile", "cuda-graph"};
  return keys;
}

bool is_label(const std::string& text) {
  return !text.empty() && std::isalpha(static_cast<unsigned char>(text.front())) != 0 &&
         std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return std::isalnum(c) != 0 || c == '_' || c == '-'; });
}

void apply_setting(ArmSpec& arm, const std::string& key, const std::string& value) {
  const auto fault = [&](const std::string& what, const std::string& hint) {
    return Error(ErrorKind::usage, "the arm '" + arm.text + "': " + what, hint);
  };
  if (key == "threads") {
    int threads = 0;
    const auto [end, code] = std::from_chars(value.data(), value.data() + value.size(), threads);
    if (code != std::errc{} || end != value.data() + value.size() || threads < 1) {
      throw fault("'" + value + "' is not a number of threads", "write threads=1");
    }
    arm.threads = threads;
  } else if (key == "executor") {
    if (value == "default") arm.executor = Executor::standard;
    if (value == "static") arm.executor = Executor::fixed;
    if (value == "unoptimized") arm.executor = Executor::unoptimized;
    if (!arm.executor)
      throw fault("there is no executor '" + value + "'",
                  "executors are default, static and unoptimized");
  } else if (key == "compile") {
    if (value != "on" && value != "off") {
      throw fault("compile is on or off, not '" + value + "'", "write compile=on");
    }
    arm.compile = value == "on";
  } else if (key == "cuda-graph") {
    if (value != "on" && value != "off") {
      throw fault("cuda-graph is on or off, not '" + value + "'", "write cuda-graph=on");
    }
    arm.tuning.cuda_graph = value == "on";
  } else {
    const std::string closest = closest_name(key, known_keys());
    throw fault("there is no setting '" + key + "'",
                closest.empty()
                    ? "settings are threads=N, executor=NAME, compile=on and cuda-graph=on"
                    : "did you mean " + closest + "?");
  }
}

}  // namespace

ArmSpec arm_spec_from_text(const std::string& text) {
  ArmSpec arm{.text = text};
  std::size_t comma = text.find(',');
  arm.subject = text.substr(0, comma);
  const std::size_t equals = arm.subject.find('=');
  if (equals != std::string::npos && is_label(arm.subject.substr(0, equals))) {
    arm.label = arm.subject.substr(0, equals);
    arm.subject = arm.subject.substr(equals + 1);
  }
  if (arm.subject.empty()) {
    throw Error(ErrorKind::usage, "the arm '" + text + "' names no file or SOURCE",
                "write [LABEL=]FILE[,threads=N]");
  }
  if (arm.label.empty()) arm.label = std::filesystem::path(arm.subject).filename().string();
  while (comma != std::string::npos) {
    const std::size_t next = text.find(',', comma + 1);
    const std::string setting =
        text.substr(comma + 1, next == std::string::npos ? next : next - comma - 1);
    const std::size_t sign = setting.find('=');
    if (sign == std::string::npos) {
      throw Error(ErrorKind::usage, "the arm '" + text + "': '" + setting + "' is not key=value",
                  "settings are threads=N, executor=NAME, compile=on and cuda-graph=on");
    }
    apply_setting(arm, setting.substr(0, sign), setting.substr(sign + 1));
    comma = next;
  }
  return arm;
}

}  // namespace tsctl
