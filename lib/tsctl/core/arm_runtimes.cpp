#include "tsctl/core/arm_runtimes.h"

#include <stdexcept>
#include <vector>

namespace tsctl {

namespace {

const ArmRuntime& runtime_named(std::string_view name) {
  for (const ArmRuntime& runtime : kArmRuntimes) {
    if (runtime.name == name) return runtime;
  }
  throw std::logic_error("no kind of arm is called " + std::string(name));
}

}  // namespace

const ArmRuntime& arm_runtime(ModelForm form, const ArmSettings& settings) {
  if (!settings.runtime.empty()) return runtime_named(settings.runtime);
  switch (form) {
    case ModelForm::file:
      return runtime_named("file");
    case ModelForm::package:
      return runtime_named("aotinductor");
    case ModelForm::source:
      break;
  }
  return runtime_named(settings.compile ? "compile" : "eager");
}

bool is_exported_runtime(std::string_view name) {
  for (const ArmRuntime& runtime : kArmRuntimes) {
    if (runtime.exported && runtime.name == name) return true;
  }
  return false;
}

std::string exported_runtimes(const std::string& separator, const std::string& last) {
  std::vector<std::string> names;
  for (const ArmRuntime& runtime : kArmRuntimes) {
    if (runtime.exported) names.emplace_back(runtime.name);
  }
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? last : separator;
    text += names[i];
  }
  return text;
}

}  // namespace tsctl
