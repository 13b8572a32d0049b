#include "tsctl/engine/passes/kept_methods.h"

#include <algorithm>

#include "tsctl/core/base/error.h"
#include "tsctl/engine/load.h"

namespace tsctl {

namespace {

bool has_attribute(const torch::jit::Module& module, const std::string& name) {
  const auto dot = name.find('.');
  const std::string first = name.substr(0, dot);
  if (!module.hasattr(first)) return false;
  if (dot == std::string::npos) return true;
  return module.attr(first).isModule() &&
         has_attribute(module.attr(first).toModule(), name.substr(dot + 1));
}

// True for "encoder.encode" where encoder is a submodule with that method.
bool is_method_of_submodule(const torch::jit::Module& module, const std::string& name) {
  const auto dot = name.find('.');
  if (dot == std::string::npos) return module.find_method(name).has_value();
  const std::string submodule = name.substr(0, dot);
  return module.hasattr(submodule) && module.attr(submodule).isModule() &&
         is_method_of_submodule(module.attr(submodule).toModule(), name.substr(dot + 1));
}

void add_method(std::vector<std::string>& methods, const std::string& name) {
  if (std::ranges::find(methods, name) == methods.end()) methods.push_back(name);
}

// LibTorch looks the attributes that a submodule's method reads up in the model itself, and fails.
void preserve(const torch::jit::Module& module, const std::string& name,
              std::vector<std::string>& methods) {
  if (module.find_method(name)) return add_method(methods, name);
  if (has_attribute(module, name)) return;
  throw Error(ErrorKind::usage,
              "--preserve " + name +
                  (is_method_of_submodule(module, name)
                       ? ": only methods of the model itself can be preserved"
                       : ": the model has no method or attribute of that name"),
              "its methods: " + method_names(module));
}

}  // namespace

std::vector<std::string> kept_methods(const torch::jit::Module& module,
                                      const RewriteRequest& request, bool was_frozen) {
  std::vector<std::string> methods;
  if (module.find_method("forward")) methods.push_back("forward");
  for (const std::string& name : request.preserve) preserve(module, name, methods);
  // A frozen file does not say which of its methods were preserved, so all of them stay.
  if (was_frozen) {
    for (const torch::jit::Method& method : module.get_methods())
      add_method(methods, method.name());
  }
  if (methods.empty()) {
    throw Error(ErrorKind::usage,
                "'" + request.model_path + "' has no forward, and no other method is preserved",
                "name one with --preserve; its methods: " + method_names(module));
  }
  return methods;
}

}  // namespace tsctl
