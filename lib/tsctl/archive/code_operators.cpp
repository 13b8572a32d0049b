#include "tsctl/archive/code_operators.h"

#include <fmt/format.h>

#include "tsctl/archive/code_lexer.h"
#include "tsctl/archive/code_walk.h"
#include "tsctl/archive/findings.h"
#include "tsctl/archive/own_classes.h"

namespace tsctl {

namespace {

constexpr std::string_view kCustomClasses = "__torch__.torch.classes.";
constexpr std::string_view kSymbols = "+-*/%@()[]:,={}><.?!&^|~";  // that LibTorch's lexer knows
constexpr std::uint64_t kRowBytes = 300;

class Collector : public CodeVisitor {
 public:
  explicit Collector(const ModelArchive& archive) : archive_(archive) {}

  void refer(const CodeOperand& operand, bool is_call, std::int64_t line) override {
    if (operand.kind == CodeOperand::Kind::member) return add_member(operand, line);
    if (operand.text.starts_with(kCustomClasses)) add(classes, operand.text, line);
    if (const std::string op = op_name(operand, is_call); !op.empty()) add(operators, op, line);
  }

  CodeOperators operators = {};
  CodeOperators classes = {};
  std::string record = {};  // that is walked
  bool is_own = false;      // it is a class of tsctl
  bool is_rest = false;     // functions were walked before: what they name is known

 private:
  // A method of a value is an operator unless the value is an object of a class of the archive.
  void add_member(const CodeOperand& member, std::int64_t line) {
    const std::string op = "aten::" + member.text;
    if (is_rest || archive_.code.find_class(member.type) != nullptr || !touches_files(op)) return;
    add(operators, op, line);
  }

  void add(CodeOperators& rows, const std::string& name, std::int64_t line) {
    const bool is_known = rows.contains(name);
    if (is_known && is_rest) return;
    if (!is_known) archive_.budget->spend_bytes(kRowBytes + name.size());
    OperatorPlace& place = rows[name];
    if (place.places++ == 0) {
      place.record = record;
      place.line = line;
    }
    place.only_own = place.only_own && is_own;
  }

  const ModelArchive& archive_;
};

}  // namespace

CodeNames names_in(const ModelArchive& archive) {
  Collector collector(archive);
  for (const auto& [name, type] : archive.code.classes) {
    collector.is_own = own_class(type).has_value();
    collector.record = type.record;
    for (const CodeFunction& method : type.methods) walk_code(archive.code, method, collector);
  }
  collector.is_own = false;
  for (const auto& [name, function] : archive.code.functions) {
    collector.record = function.record;
    walk_code(archive.code, function, collector);
  }
  // Whatever stands outside of what was taken for a function is looked at too.
  collector.is_rest = true;
  for (const CodeText& text : archive.code_texts) {
    collector.record = text.record;
    walk_text(archive.code, text.text, collector);
  }
  return {std::move(collector.operators), std::move(collector.classes)};
}

std::optional<std::pair<std::int64_t, std::string>> first_unreadable(std::string_view text) {
  CodeLexer lexer(text);
  for (CodeToken token = lexer.next(); token.kind != CodeToken::Kind::end; token = lexer.next()) {
    const char c = token.text.front();
    if (token.kind == CodeToken::Kind::symbol && kSymbols.find(c) == std::string_view::npos) {
      return std::pair(token.line,
                       fmt::format("it has the byte 0x{:02x} outside of a string",
                                   static_cast<unsigned int>(static_cast<unsigned char>(c))));
    }
    if (token.kind == CodeToken::Kind::text && (token.text.size() < 2 || token.text.back() != c))
      return std::pair(token.line, std::string("a string does not end"));
  }
  return std::nullopt;
}

}  // namespace tsctl
