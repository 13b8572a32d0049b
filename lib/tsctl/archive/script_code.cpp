#include "tsctl/archive/script_code.h"

#include <algorithm>
#include <unordered_map>

#include "tsctl/archive/code_lexer.h"
#include "tsctl/core/base/text.h"

namespace tsctl {

namespace {

constexpr std::string_view kBlank = " \t\r\n";
constexpr std::string_view kOwnNamespace = "__torch__.tsctl";

// Replaces each run of blanks and line breaks by one blank.
std::string on_one_line(std::string_view text) {
  std::string line;
  for (const char c : trimmed(text)) {
    const bool blank = kBlank.find(c) != std::string_view::npos;
    if (!blank) line.push_back(c);
    if (blank && !line.empty() && line.back() != ' ') line.push_back(' ');
  }
  return line;
}

std::string unquoted(std::string_view text) {
  text = trimmed(text);
  if (text.size() >= 2 && (text.front() == '"' || text.front() == '\''))
    text = text.substr(1, text.size() - 2);
  return std::string(text);
}

// The bracket that closes each bracket of a text, found in one pass, and the line of each position.
class Brackets {
 public:
  Brackets(std::string_view text, std::string_view masked) : text_(text), masked_(masked) {
    std::vector<std::size_t> open;
    for (std::size_t i = 0; i < masked.size(); ++i) {
      if (std::string_view("([{").find(masked[i]) != std::string_view::npos) open.push_back(i);
      if (std::string_view(")]}").find(masked[i]) == std::string_view::npos || open.empty())
        continue;
      closing_.emplace(open.back(), i);
      open.pop_back();
    }
  }

  // The position in `part` of the bracket that matches the one at `open`, or npos.
  std::size_t closing(std::string_view part, std::size_t open) const {
    const auto begin = static_cast<std::size_t>(part.data() - masked_.data());
    const auto found = closing_.find(begin + open);
    if (found == closing_.end() || found->second >= begin + part.size())
      return std::string_view::npos;
    return found->second - begin;
  }

  // The line of the first character of `part`. The time is linear for parts that follow each other.
  std::int64_t line_of(std::string_view part) const {
    const auto position = static_cast<std::size_t>(part.data() - masked_.data());
    if (position < counted_) counted_ = 0, line_ = 1;
    line_ += std::ranges::count(text_.substr(counted_, position - counted_), '\n');
    counted_ = position;
    return line_;
  }

 private:
  std::string_view text_;
  std::string_view masked_;
  mutable std::size_t counted_ = 0;  // the line breaks before it are in line_
  mutable std::int64_t line_ = 1;
  std::unordered_map<std::size_t, std::size_t> closing_;
};

// A piece of source text and the same piece of its masked copy.
struct Source {
  std::string_view text;
  std::string_view masked;
  const Brackets& brackets;

  Source part(std::size_t begin, std::size_t end) const {
    end = std::min(end, text.size());
    begin = std::min(begin, end);
    return {text.substr(begin, end - begin), masked.substr(begin, end - begin), brackets};
  }
  std::size_t closing(std::size_t open) const { return brackets.closing(masked, open); }
};

// Splits at the commas outside brackets; omits blank parts.
std::vector<Source> split_commas(const Source& list) {
  std::vector<Source> parts;
  int depth = 0;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= list.masked.size(); ++i) {
    const char c = i < list.masked.size() ? list.masked[i] : ',';
    if (std::string_view("([{").find(c) != std::string_view::npos) ++depth;
    if (std::string_view(")]}").find(c) != std::string_view::npos) --depth;
    if (i < list.masked.size() && (c != ',' || depth > 0)) continue;
    if (!trimmed(list.masked.substr(begin, i - begin)).empty())
      parts.push_back(list.part(begin, i));
    begin = i + 1;
  }
  return parts;
}

CodeParameter parse_parameter(const Source& source) {
  CodeParameter parameter;
  const std::size_t equals = source.masked.find('=');
  const Source head = source.part(0, equals);
  if (equals != std::string_view::npos)
    parameter.default_value = on_one_line(source.text.substr(equals + 1));
  const std::size_t colon = head.masked.find(':');
  parameter.name = on_one_line(head.text.substr(0, colon));
  if (colon != std::string_view::npos) parameter.type = on_one_line(head.text.substr(colon + 1));
  return parameter;
}

std::vector<std::string> parse_names(const Source& list) {
  std::vector<std::string> names;
  const std::size_t open = list.masked.find('[');
  if (open == std::string_view::npos) return names;
  for (const Source& part : split_commas(list.part(open + 1, list.closing(open)))) {
    names.push_back(unquoted(part.text));
  }
  return names;
}

std::size_t indent_of(std::string_view line) {
  return std::min(line.find_first_not_of(' '), line.size());
}

// The end of the block that starts at `begin`: the next non-blank line with an indentation of at most `indent`.
std::size_t block_end(std::string_view masked, std::size_t begin, std::size_t indent) {
  std::size_t at = begin;
  while (at < masked.size()) {
    const std::size_t line_end = std::min(masked.find('\n', at), masked.size());
    const std::string_view line = masked.substr(at, line_end - at);
    if (!trimmed(line).empty() && indent_of(line) <= indent) return at;
    at = line_end + 1;
  }
  return masked.size();
}

// Parses the "def" whose line begins at `begin`; sets `end` to the end of its block.
bool parse_function(const Source& source, std::size_t begin, CodeFunction& function,
                    std::size_t& end) {
  const std::size_t indent = indent_of(source.masked.substr(begin));
  const std::size_t first_end = std::min(source.masked.find('\n', begin), source.masked.size());
  const std::size_t open = begin + source.masked.substr(begin, first_end - begin).find('(');
  if (open < begin || open >= first_end) return false;
  const std::size_t close = source.closing(open);
  if (close == std::string_view::npos) return false;
  const std::size_t line_end = std::min(source.masked.find('\n', close), source.masked.size());
  const std::size_t name_begin = begin + indent + 4;
  if (name_begin > open) return false;
  function.name = trimmed(source.text.substr(name_begin, open - name_begin));
  for (const Source& part : split_commas(source.part(open + 1, close))) {
    function.parameters.push_back(parse_parameter(part));
  }
  const Source tail = source.part(close + 1, line_end);
  const std::size_t arrow = tail.masked.find("->");
  const std::size_t colon = tail.masked.rfind(':');
  if (arrow != std::string_view::npos && colon != std::string_view::npos && colon > arrow) {
    function.return_type = on_one_line(tail.text.substr(arrow + 2, colon - arrow - 2));
  }
  end = block_end(source.masked, std::min(line_end + 1, source.masked.size()), indent);
  const Source body = source.part(line_end + 1, end);
  function.body = body.text;
  function.line = source.brackets.line_of(body.masked);
  return true;
}

// Parses "name : Type", '__annotations__["0"] = Type', "name : Final[Type] = value" or "__parameters__ = [...]".
void parse_member(const Source& line, CodeClass& target) {
  const std::string_view text = trimmed(line.masked);
  if (text.starts_with("__parameters__")) {
    target.parameters = parse_names(line);
    return;
  }
  if (text.starts_with("__buffers__")) {
    target.buffers = parse_names(line);
    return;
  }
  const std::size_t equals = line.masked.find('=');
  if (text.starts_with("__annotations__[")) {
    const std::size_t open = line.masked.find('[');
    const std::size_t close = line.closing(open);
    if (close == std::string_view::npos || equals == std::string_view::npos) return;
    target.attributes.emplace_back(unquoted(line.text.substr(open + 1, close - open - 1)),
                                   trimmed(line.text.substr(equals + 1)));
    return;
  }
  const std::size_t colon = line.masked.find(':');
  if (colon == std::string_view::npos || (equals != std::string_view::npos && equals < colon))
    return;
  const std::string name(trimmed(line.text.substr(0, colon)));
  if (equals == std::string_view::npos) {
    target.attributes.emplace_back(name, trimmed(line.text.substr(colon + 1)));
  } else {
    target.constants.emplace_back(name, trimmed(line.text.substr(equals + 1)));
  }
}

void parse_class_body(const Source& source, std::size_t at, std::size_t end, CodeClass& target) {
  while (at < end) {
    const std::size_t line_end = std::min(source.masked.find('\n', at), end);
    const Source line = source.part(at, line_end);
    CodeFunction method;
    std::size_t method_end = 0;
    if (trimmed(line.masked).starts_with("def ") &&
        parse_function(source, at, method, method_end)) {
      target.methods.push_back(std::move(method));
      at = std::max(method_end, line_end + 1);
      continue;
    }
    parse_member(line, target);
    at = line_end + 1;
  }
}

std::size_t parse_class(ScriptCode& code, const std::string& module, const Source& source,
                        std::size_t begin, const std::string& record) {
  begin += indent_of(source.masked.substr(begin));
  const std::size_t line_end = std::min(source.masked.find('\n', begin), source.masked.size());
  const std::size_t end = block_end(source.masked, std::min(line_end + 1, source.masked.size()), 0);
  const std::string_view head = source.masked.substr(begin, line_end - begin);
  const std::size_t open = head.find('(');
  const std::size_t close = head.find(')');
  CodeClass target;
  target.name =
      module + "." + std::string(trimmed(head.substr(6, std::min(open, head.find(':')) - 6)));
  if (open != std::string_view::npos && close != std::string_view::npos && close > open) {
    target.base = head.substr(open + 1, close - open - 1);
  }
  if (module.starts_with(kOwnNamespace))
    target.source = trimmed(source.text.substr(begin, end - begin));
  target.record = record;
  target.line = source.brackets.line_of(source.masked.substr(begin));
  parse_class_body(source, line_end + 1, end, target);
  for (CodeFunction& method : target.methods) method.record = record;
  code.classes[target.name] = std::move(target);
  return end;
}

}  // namespace

const CodeFunction* CodeClass::method(std::string_view method_name) const {
  const auto found = std::ranges::find_if(
      methods, [&](const CodeFunction& candidate) { return candidate.name == method_name; });
  return found == methods.end() ? nullptr : &*found;
}

std::string_view CodeClass::attribute_type(std::string_view attribute) const {
  const auto found = std::ranges::find_if(
      attributes, [&](const auto& candidate) { return candidate.first == attribute; });
  return found == attributes.end() ? std::string_view() : std::string_view(found->second);
}

const CodeClass* ScriptCode::find_class(std::string_view name) const {
  const auto found = classes.find(name);
  return found == classes.end() ? nullptr : &found->second;
}

std::string mask_strings(std::string_view text) {
  std::string masked(text.size(), ' ');
  CodeLexer lexer(text);
  for (CodeToken token = lexer.next(); token.kind != CodeToken::Kind::end; token = lexer.next()) {
    if (token.kind != CodeToken::Kind::text) {
      std::ranges::copy(token.text, masked.begin() + static_cast<std::ptrdiff_t>(token.begin));
      continue;
    }
    masked[token.begin] = token.text.front();
    if (token.text.back() == token.text.front())
      masked[token.begin + token.text.size() - 1] = token.text.back();
  }
  return masked;
}

void add_code(ScriptCode& code, const std::string& module, const std::string& text,
              const std::string& record) {
  if (code.budget != nullptr) code.budget->spend_steps(6 * text.size());
  const std::string masked = mask_strings(text);
  const Brackets brackets(text, masked);
  const Source source{text, masked, brackets};
  std::size_t at = 0;
  while (at < masked.size()) {
    const std::size_t line_end = std::min(masked.find('\n', at), masked.size());
    const std::string_view line = trimmed(std::string_view(masked).substr(at, line_end - at));
    std::size_t end = line_end + 1;
    CodeFunction function;
    if (line.starts_with("class ")) {
      end = parse_class(code, module, source, at, record);
    } else if (line.starts_with("def ") && parse_function(source, at, function, end)) {
      function.record = record;
      code.functions[module + "." + function.name] = std::move(function);
    }
    at = std::max(end, line_end + 1);
  }
}

std::string signature_text(const CodeFunction& function) {
  std::string text = function.name + "(";
  for (std::size_t i = 0; i < function.parameters.size(); ++i) {
    const CodeParameter& parameter = function.parameters[i];
    if (i > 0) text += ", ";
    const bool is_object = i == 0 && parameter.type.starts_with("__torch__.");
    text += is_object ? "self" : parameter.name;
    if (!is_object && !parameter.type.empty()) text += ": " + parameter.type;
    if (!parameter.default_value.empty()) text += "=" + parameter.default_value;
  }
  text += ")";
  return function.return_type.empty() ? text : text + " -> " + function.return_type;
}

}  // namespace tsctl
