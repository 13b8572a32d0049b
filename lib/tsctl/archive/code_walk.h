#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tsctl/archive/script_code.h"

namespace tsctl {

// What an expression such as "torch.relu", "self.layer" or "(x).save" stands for.
struct CodeOperand {
  enum class Kind {
    unknown,
    name,  // a path from a global name: "torch.relu", "ops.prim.dtype", "__torch__.functions.twice", "CONSTANTS.c0"
    value,   // a local value of the type `type`
    member,  // the member `text` of a value of the type `type`
    text,    // a string literal
  };

  Kind kind = Kind::unknown;
  std::string text = {};
  std::string type = {};  // "" if it is not known
};

// Told what a piece of code refers to, in the order of the text.
class CodeVisitor {
 public:
  virtual ~CodeVisitor() = default;
  // A name or a member, once for each place. `is_call`: a parenthesis follows.
  virtual void refer(const CodeOperand& operand, bool is_call, std::int64_t line) = 0;
  // The first argument of a call is a string literal.
  virtual void text_argument(const CodeOperand& /*callee*/, std::string_view /*literal*/) {}
};

// Walks the body of a function: follows locals that are bound to a name ("f = torch.save"), members of classes of the
// archive, parentheses, and getattr(value, "name"). Nothing is run. Throws Error{input} if brackets are nested thousands
// of levels deep, or beyond the budget.
void walk_code(const ScriptCode& code, const CodeFunction& function, CodeVisitor& visitor);

// Walks a whole text, without types. What stands outside of functions is walked too.
void walk_text(const ScriptCode& code, std::string_view text, CodeVisitor& visitor);

// The operator that an operand names: "aten::linear" for torch.linear, "prim::dtype" for ops.prim.dtype, "aten::Int" for
// a call of int, "" if it names none.
std::string op_name(const CodeOperand& operand, bool is_call);

}  // namespace tsctl
