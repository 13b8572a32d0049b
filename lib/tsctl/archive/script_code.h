#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tsctl {

// A parameter of a method as its code spells it.
struct CodeParameter {
  std::string name = {};
  std::string type = {};
  std::string default_value = {};  // "" if it has none
};

// A method of a class, or a function.
struct CodeFunction {
  std::string name = {};
  std::vector<CodeParameter> parameters = {};  // a method's first one is the object itself
  std::string return_type = {};
  std::string body = {};    // as written
  std::string masked = {};  // the body with what is within quotation marks and comments blanked
};

// A class of the archive's code: a module, an interface, a named tuple or an enumeration.
struct CodeClass {
  std::string name = {};  // qualified: "__torch__.torch.nn.modules.linear.Linear"
  std::string base = {};  // Module, ModuleInterface, NamedTuple, Enum, …, or ""
  std::vector<std::string> parameters = {};  // names of its __parameters__
  std::vector<std::string> buffers = {};
  std::vector<std::pair<std::string, std::string>> attributes = {};  // name, type; in order
  std::vector<std::pair<std::string, std::string>> constants = {};   // Final: name, value
  std::vector<CodeFunction> methods = {};

  const CodeFunction* method(std::string_view method_name) const;
  // "" if there is none of that name.
  std::string_view attribute_type(std::string_view attribute) const;
};

// The code of an archive.
struct ScriptCode {
  std::map<std::string, CodeClass, std::less<>> classes = {};       // by qualified name
  std::map<std::string, CodeFunction, std::less<>> functions = {};  // by qualified name

  const CodeClass* find_class(std::string_view name) const;
};

// Adds what a source text holds; `module` is what precedes the names in it: "__torch__.torch.nn.modules.linear" for
// the record code/__torch__/torch/nn/modules/linear.py. Text that is no code of TorchScript adds nothing; nothing
// throws.
void add_code(ScriptCode& code, const std::string& module, const std::string& text);

// The text with the characters within quotation marks, and comments, replaced by blanks. Positions stay.
std::string mask_strings(std::string_view text);

// "forward(self, x: Tensor, scale: float=1.) -> Tensor", with the object always called self and its type
// left out.
std::string signature_text(const CodeFunction& function);

}  // namespace tsctl
