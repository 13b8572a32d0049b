#include "tsctl/core/arm_runtimes.h"

#include <stdexcept>
#include <vector>

namespace tsctl {

namespace {

const ArmRuntime& row_of(ArmKind kind) {
  for (const ArmRuntime& runtime : kArmRuntimes) {
    if (runtime.kind == kind) return runtime;
  }
  throw std::logic_error("the kind of arm '" + name_of(kind) + "' has no row");
}

}  // namespace

const ArmRuntime& arm_runtime(ModelForm form, const ArmSettings& settings) {
  if (!settings.runtime.empty()) {
    const auto kind = value_of<ArmKind>(settings.runtime);
    if (!kind) throw std::logic_error("there is no runtime '" + settings.runtime + "'");
    return row_of(*kind);
  }
  switch (form) {
    case ModelForm::file:
      return row_of(ArmKind::file);
    case ModelForm::package:
      return row_of(ArmKind::aotinductor);
    case ModelForm::source:
      break;
  }
  return row_of(settings.compile ? ArmKind::compile : ArmKind::eager);
}

bool is_exported_runtime(std::string_view name) {
  for (const ArmRuntime& runtime : kArmRuntimes) {
    if (runtime.exported && runtime.name() == name) return true;
  }
  return false;
}

std::string exported_runtimes(const std::string& separator, const std::string& last) {
  std::vector<std::string> names;
  for (const ArmRuntime& runtime : kArmRuntimes) {
    if (runtime.exported) names.push_back(runtime.name());
  }
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? last : separator;
    text += names[i];
  }
  return text;
}

}  // namespace tsctl
