#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "tsctl/archive/code_walk.h"
#include "tsctl/archive/script_code.h"

namespace tsctl {

// Number of calls of each operator, by its name ("aten::linear", "prim::dtype", "quantized::linear_dynamic").
using OpCounts = std::map<std::string, std::int64_t>;

// Counts operator calls in the source text of an archive's code. It does not run the code.
class OpCounter {
 public:
  explicit OpCounter(const ScriptCode& code) : code_(code) {}

  // Operator calls in the text of all classes and functions. Each place in the text counts once.
  OpCounts written_in_code() const;

  // Operator calls of a method and of every method and function that it calls, counted at each call. The body of a loop
  // and both sides of a branch count once.
  OpCounts reachable_from(const std::string& class_name, const std::string& method);

  // "aten::save" for "x.save(…)" if x is known to be no object of a class of the archive; "" otherwise.
  std::string method_op(const CodeOperand& operand) const;

  // Number of method calls whose target the text does not determine, such as calls through an interface.
  std::int64_t unresolved() const noexcept { return unresolved_; }

 private:
  friend class CallCounter;

  OpCounts count(const CodeFunction& function, bool follow, int depth);
  void count_call(const CodeOperand& callee, int depth, OpCounts& counts);
  void follow_member(const CodeOperand& member, int depth, OpCounts& counts);
  void follow_method(const std::string& type, std::string_view method, int depth, OpCounts& counts);
  void follow_name(const std::string& name, int depth, OpCounts& counts);
  void follow(const std::string& key, const CodeFunction& function, int depth, OpCounts& counts);

  const ScriptCode& code_;
  std::map<std::string, OpCounts> done_;  // by qualified name of the method or function
  std::map<std::string, bool> open_;      // those being counted now, to detect recursion
  std::int64_t unresolved_ = 0;
};

// Number of uses of each constant ("c0") in the code.
std::map<std::string, std::int64_t> constant_uses(const ScriptCode& code);

// Number of times the code names each device ("cuda:0"). These operations stay on that device, even if the file is
// loaded onto another one.
std::map<std::string, std::int64_t> device_uses(const ScriptCode& code);

}  // namespace tsctl
