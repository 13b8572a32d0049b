#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "tsctl/archive/script_code.h"

namespace tsctl {

// Operators by name ("aten::linear", "prim::dtype", "quantized::linear_dynamic") with a number of calls.
using OpCounts = std::map<std::string, std::int64_t>;

// Counts calls of operators in the text of an archive's code, without running it.
class OpCounter {
 public:
  explicit OpCounter(const ScriptCode& code) : code_(code) {}

  // The calls in the code of all classes and functions, each counted where it is written.
  OpCounts written() const;

  // The calls of a method and of every method and function it calls, as often as it calls them. The body of a loop
  // and both sides of a branch count once.
  OpCounts followed(const std::string& class_name, const std::string& method);

  // Calls of methods that could not be followed because the text does not say whose they are (an interface's).
  std::int64_t unresolved() const noexcept { return unresolved_; }

 private:
  using Types =
      std::map<std::string, std::string, std::less<>>;  // of local names: a class or a function

  OpCounts count(const CodeFunction& function, bool follow, int depth);
  void count_line(std::string_view text, std::string_view masked, bool follow, int depth,
                  Types& types, OpCounts& counts);
  void count_chain(std::string_view chain, bool follow, int depth, const Types& types,
                   OpCounts& counts);
  void follow_method(const std::string& type, std::string_view method, int depth, OpCounts& counts);
  void follow(const std::string& key, const CodeFunction& function, int depth, OpCounts& counts);
  std::string type_of(std::string_view text, const Types& types, int depth) const;

  const ScriptCode& code_;
  std::map<std::string, OpCounts> done_;
  std::map<std::string, bool> open_;
  std::int64_t unresolved_ = 0;
};

// How often each constant ("c0") stands in the code.
std::map<std::string, std::int64_t> constant_uses(const ScriptCode& code);

// How often the code writes each device ("cuda:0"): there it stays, wherever the file is loaded.
std::map<std::string, std::int64_t> device_uses(const ScriptCode& code);

}  // namespace tsctl
