#include "tsctl/engine/heap_keeper.h"

#include <cstdint>
#include <string>

namespace tsctl {

namespace {

using torch::jit::Module;

constexpr const char* kNamespace = "__torch__.tsctl.keep_heap";
constexpr const char* kClassName = "KeepHeap";

// glibc raises its thresholds to the size of the largest block that was freed, up to 32 MiB.
constexpr std::int64_t kBlockBytes = std::int64_t{31} << 20;

// The block (of dtype 0, uint8) is not written to, so its pages are never taken. Its size is stored, or the compiler would
// remove it.
constexpr const char* kSource = R"(
def __getstate__(self) -> Tuple[int, bool]:
    return (self.block_bytes, self.training)
def __setstate__(self, state: Tuple[int, bool]) -> None:
    self.training = state[1]
    self.block_bytes = torch.empty([state[0]], dtype=0).size(0)
)";

bool is_heap_keeper(const c10::IValue& value) {
  if (!value.isModule()) return false;
  const auto& name = value.toModule().type()->name();
  return name && name->name() == kClassName && name->prefix().starts_with(kNamespace);
}

std::string free_name(const Module& module) {
  std::string name = "heap";
  for (int number = 1; module.hasattr(name) || module.find_method(name); ++number)
    name = "heap_" + std::to_string(number);
  return name;
}

}  // namespace

void add_heap_keeper(Module& module) {
  Module keeper(c10::QualifiedName(kNamespace, kClassName));
  keeper.register_attribute("training", c10::BoolType::get(), false);
  keeper.register_attribute("block_bytes", c10::IntType::get(), kBlockBytes);
  keeper.define(kSource);
  module.register_module(free_name(module), keeper);
}

bool remove_heap_keeper(Module& module) {
  const auto type = module.type();
  for (std::size_t slot = 0; slot < type->numAttributes(); ++slot) {
    if (!is_heap_keeper(module._ivalue()->getSlot(slot))) continue;
    type->unsafeRemoveAttribute(type->getAttributeName(slot));
    module._ivalue()->unsafeRemoveSlot(slot);
    return true;
  }
  return false;
}

}  // namespace tsctl
