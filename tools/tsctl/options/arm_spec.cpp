#include "options/arm_spec.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <filesystem>
#include <vector>

#include "tsctl/core/base/did_you_mean.h"
#include "tsctl/core/base/error.h"

namespace tsctl {

namespace {

const std::vector<std::string>& known_keys() {
  static const std::vector<std::string> keys{"threads",      "executor", "compile",   "runtime",
                                             "onednn-graph", "fusion",   "precision", "cuda-graph"};
  return keys;
}

constexpr const char* kSettings =
    "settings are threads=N, executor=NAME, compile=on, runtime=NAME, onednn-graph=on, fusion=on, "
    "precision=bf16 and cuda-graph=on";

constexpr int kMostThreads = 4096;  // as of --threads

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
    if (code != std::errc{} || end != value.data() + value.size() || threads < 1 ||
        threads > kMostThreads) {
      throw fault(
          "'" + value + "' is not a number of threads from 1 to " + std::to_string(kMostThreads),
          "write threads=1");
    }
    arm.threads = threads;
  } else if (key == "executor") {
    arm.executor = value_of<Executor>(value);
    if (!arm.executor)
      throw fault("there is no executor '" + value + "'",
                  "executors are default, static and unoptimized");
  } else if (key == "compile" || key == "onednn-graph" || key == "fusion" || key == "cuda-graph") {
    if (value != "on" && value != "off")
      throw fault(key + " is on or off, not '" + value + "'", "write " + key + "=on");
    if (key == "compile") arm.compile = value == "on";
    if (key == "onednn-graph") arm.tuning.onednn_graph = value == "on";
    if (key == "cuda-graph") arm.tuning.cuda_graph = value == "on";
    if (key == "fusion") arm.tuning.fusion = value;
  } else if (key == "runtime") {
    if (value != "onnxruntime" && value != "openvino")
      throw fault("there is no runtime '" + value + "'", "runtimes are onnxruntime and openvino");
    arm.runtime = value;
  } else if (key == "precision") {
    if (value != "bf16")
      throw fault("precision is bf16, not '" + value + "'",
                  "without it numbers are multiplied as the model says");
    arm.tuning.precision = value;
  } else {
    const std::string closest = closest_name(key, known_keys());
    throw fault("there is no setting '" + key + "'",
                closest.empty() ? kSettings : "did you mean " + closest + "?");
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
  if (comma != std::string::npos) arm.settings = text.substr(comma);
  if (arm.label.empty())
    arm.label = std::filesystem::path(arm.subject).filename().string() + arm.settings;
  while (comma != std::string::npos) {
    const std::size_t next = text.find(',', comma + 1);
    const std::string setting =
        text.substr(comma + 1, next == std::string::npos ? next : next - comma - 1);
    const std::size_t sign = setting.find('=');
    if (sign == std::string::npos) {
      throw Error(ErrorKind::usage, "the arm '" + text + "': '" + setting + "' is not key=value",
                  kSettings);
    }
    apply_setting(arm, setting.substr(0, sign), setting.substr(sign + 1));
    comma = next;
  }
  return arm;
}

}  // namespace tsctl
