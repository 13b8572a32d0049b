#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include "tsctl/archive/code_lexer.h"
#include "tsctl/archive/code_value.h"
#include "tsctl/archive/script_code.h"
#include "tsctl/core/method_graph.h"

namespace tsctl {

class MethodGraphBuilder;

// A line of code, which may be several lines within brackets.
struct CodeStatement {
  std::vector<CodeToken> tokens = {};
  std::size_t indent = 0;
};

// Follows the body of one function: its statements in the order of the text, both sides of a branch and the body of a loop
// once. It adds what the body calls to the graph. Text that is not TorchScript code adds nothing.
class CodeEvaluator {
 public:
  CodeEvaluator(MethodGraphBuilder& builder, const CodeFunction& function);

  void bind(std::string_view name, CodeValue value);
  // What the function returns.
  CodeValue run();

 private:
  using Locals = std::map<std::string_view, CodeValue>;

  // A part of a statement, as the next parsing function finds it.
  struct Cursor {
    const std::vector<CodeToken>& tokens;
    std::size_t at = 0;
    std::size_t end = 0;

    bool is_over() const noexcept { return at >= end; }
    std::string_view text() const noexcept {
      return is_over() ? std::string_view() : tokens[at].text;
    }
    bool takes(std::string_view symbol) {
      const bool found = text() == symbol;
      if (found) ++at;
      return found;
    }
  };

  void read_statement();
  void run_block(std::size_t indent);
  void run_statement(const CodeStatement& statement);
  void run_branches(const CodeStatement& statement);
  void run_loop(const CodeStatement& statement);
  void run_assignment(const CodeStatement& statement);
  void assign(Cursor target, const CodeValue& value);
  Locals copy_of_locals() const;
  void merge_locals(const Locals& other);

  CodeValue expressions(Cursor& cursor, std::string_view closing);
  CodeValue expression(Cursor& cursor);
  CodeValue operand(Cursor& cursor);
  CodeValue primary(Cursor& cursor);
  CodeValue number(Cursor& cursor);
  CodeValue subscript(CodeValue value, Cursor& cursor);
  CodeArguments arguments(Cursor& cursor);
  CodeValue combined(std::string_view op, const CodeValue& left, const CodeValue& right,
                     std::int64_t line);

  MethodGraphBuilder& builder_;
  const CodeFunction& function_;
  CodeLexer lexer_;
  CodeStatement next_ = {};  // that follows; without tokens at the end
  Locals locals_ = {};
  CodeValue returned_ = {};
  bool has_returned_ = false;
};

}  // namespace tsctl
