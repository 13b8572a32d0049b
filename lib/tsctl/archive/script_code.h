#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tsctl/archive/read_budget.h"

namespace tsctl {

// A parameter of a function, as the code spells it.
struct CodeParameter {
  std::string name = {};
  std::string type = {};
  std::string default_value = {};  // "" if it has none
};

// A method of a class, or a function.
struct CodeFunction {
  std::string name = {};
  std::vector<CodeParameter> parameters = {};  // the first parameter of a method is the object
  std::string return_type = {};
  std::string body = {};
  std::string record = {};  // that holds it: "code/__torch__.py"
  std::int64_t line = 0;    // of the body's first line in the record
};

// A class in the archive's code: a module, an interface, a named tuple or an enumeration.
struct CodeClass {
  std::string name = {};  // qualified: "__torch__.torch.nn.modules.linear.Linear"
  std::string base = {};  // Module, ModuleInterface, NamedTuple, Enum, …, or ""
  std::vector<std::string> parameters = {};  // names of its __parameters__
  std::vector<std::string> buffers = {};
  std::vector<std::pair<std::string, std::string>> attributes = {};  // (name, type), in order
  std::vector<std::pair<std::string, std::string>> constants = {};   // Final: (name, value)
  std::vector<CodeFunction> methods = {};
  std::string record = {};
  std::int64_t line = 0;
  std::string source = {};  // its text, of classes in tsctl's namespace only

  // Null if the class has no such method.
  const CodeFunction* method(std::string_view method_name) const;
  // "" if the class has no such attribute.
  std::string_view attribute_type(std::string_view attribute) const;
};

// The classes and functions of an archive, by qualified name.
struct ScriptCode {
  ReadBudget* budget = nullptr;  // for those who walk the code; null if there is no limit
  std::map<std::string, CodeClass, std::less<>> classes = {};
  std::map<std::string, CodeFunction, std::less<>> functions = {};

  const CodeClass* find_class(std::string_view name) const;
};

// Parses a source text and adds its classes and functions. `module` qualifies their names: it is
// "__torch__.torch.nn.modules.linear" for the record code/__torch__/torch/nn/modules/linear.py. Text that is not
// TorchScript code adds nothing; the function does not throw for it. `record` is kept with each function and class.
void add_code(ScriptCode& code, const std::string& module, const std::string& text,
              const std::string& record = {});

// Replaces by blanks: the contents of string literals, comments, tabs, and line breaks that do not end a statement.
// Positions do not change.
std::string mask_strings(std::string_view text);

// "forward(self, x: Tensor, scale: float=1.) -> Tensor". The object is always called self, without its type.
std::string signature_text(const CodeFunction& function);

}  // namespace tsctl
