#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tsctl/archive/code_value.h"
#include "tsctl/archive/method_graph.h"
#include "tsctl/archive/script_code.h"
#include "tsctl/core/method_graph.h"

namespace tsctl {

// Why a graph ends early.
struct GraphStop {
  std::string reason = {};
};

// Where code stands.
struct CodePlace {
  std::string_view record = {};
  std::int64_t line = 0;
};

// Adds nodes and scopes to a graph, and follows calls. Every limit of work and memory is here; beyond one it throws
// GraphStop.
class MethodGraphBuilder {
 public:
  MethodGraphBuilder(const ScriptCode& code, MethodGraphLimits& limits, MethodGraph& graph)
      : code_(code), limits_(limits), graph_(graph) {}

  // The result of a method of `self`, or of a function if `self` is null.
  CodeValue run(const CodeFunction& function, const CodeValue* self,
                const CodeArguments& arguments);

  CodeValue call(const CodeValue& callee, const CodeArguments& arguments, const CodePlace& place);
  // "value.member"
  CodeValue select(const CodeValue& value, std::string_view member, const CodePlace& place);
  void set_attribute(const CodeValue& object, std::string_view member, const CodeValue& value,
                     const CodePlace& place);
  CodeValue add_node(MethodNodeKind kind, std::string_view name, std::string_view arguments,
                     std::vector<std::int64_t> inputs, const CodePlace& place);
  // Adds the sources of a value to those of another.
  void merge(CodeValue& into, const CodeValue& other);

  void open_scope(MethodScopeKind kind, std::string_view name, std::string_view path);
  void close_scope();

  void spend(std::size_t steps);
  void spend_row();

  // Counts how deeply expressions and calls are nested, which the stack must bear.
  class Level {
   public:
    explicit Level(MethodGraphBuilder& builder);
    ~Level() { --builder_.depth_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;

   private:
    MethodGraphBuilder& builder_;
  };

 private:
  bool is_packed_layer(const CodeClass& type);
  CodeValue call_object(const CodeValue& object, std::string_view method,
                        const CodeArguments& arguments, const CodePlace& place);
  CodeValue call_global(const CodeValue& callee, const CodeArguments& arguments,
                        const CodePlace& place);
  CodeValue add_call(std::string_view name, const CodeValue* object, const CodeArguments& arguments,
                     const CodePlace& place);
  CodeValue follow(const CodeFunction& function, const CodeValue* self,
                   const CodeArguments& arguments, MethodScopeKind kind, std::string_view name,
                   std::string_view path);

  const ScriptCode& code_;
  MethodGraphLimits& limits_;
  MethodGraph& graph_;
  std::int64_t scope_ = -1;
  std::vector<std::size_t> nodes_before_ = {};  // of each open scope: nodes when it was opened
  std::map<std::string, CodeValue, std::less<>> leaves_ =
      {};                                       // attributes and constants that were read
  std::vector<const CodeFunction*> open_ = {};  // that are followed now
  std::size_t depth_ = 0;
};

}  // namespace tsctl
