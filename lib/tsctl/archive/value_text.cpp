#include "tsctl/archive/value_text.h"

#include <array>
#include <charconv>
#include <cmath>

namespace tsctl {

namespace {

using Kind = PickleNode::Kind;

constexpr int kMaxDepth = 20;  // levels of nesting that the text shows

class ValueWriter {
 public:
  ValueWriter(const Pickle& pickle, std::size_t limit) : pickle_(pickle), limit_(limit) {}

  void write(PickleIndex index, int depth) {
    if (full()) return;
    const PickleNode& node = pickle_.at(index);
    switch (node.kind) {
      case Kind::none:
        text_ += "None";
        break;
      case Kind::boolean:
        text_ += node.integer != 0 ? "True" : "False";
        break;
      case Kind::integer:
        text_ += std::to_string(node.integer);
        break;
      case Kind::real:
        write_real(node.real);
        break;
      case Kind::string:
        write_string(node.text);
        break;
      case Kind::list:
        write_items(node, "[", "]", depth);
        break;
      case Kind::tuple:
        write_items(node, "(", node.children.size() == 1 ? ",)" : ")", depth);
        break;
      case Kind::dict:
        write_dict(node, depth);
        break;
      case Kind::tensor:
        text_ += "<tensor>";
        break;
      case Kind::global:
        text_ += "<" + std::string(node.text) + ">";
        break;
      case Kind::object:
        text_ += "<object of " + std::string(node.text) + ">";
        break;
      case Kind::opaque:
        write_items(node, std::string(node.text) + "(", ")", depth);
        break;
    }
  }

  std::string finished() {
    if (text_.size() <= limit_) return std::move(text_);
    std::size_t end = limit_;
    // Do not cut within a UTF-8 character.
    while (end > 0 && (static_cast<unsigned char>(text_[end]) & 0xc0) == 0x80) --end;
    return text_.substr(0, end) + "…";
  }

 private:
  bool full() const { return text_.size() > limit_; }

  void write_real(double value) {
    if (!std::isfinite(value)) {
      text_ += std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
      return;
    }
    std::array<char, 40> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    const std::string text(digits.data(), end);
    text_ += text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
  }

  void write_string(std::string_view value) {
    constexpr std::string_view kHex = "0123456789abcdef";
    text_ += '"';
    for (const char c : value) {
      if (full()) return;
      const auto byte = static_cast<unsigned char>(c);
      if (c == '"' || c == '\\') {
        text_ += {'\\', c};
      } else if (c == '\n') {
        text_ += "\\n";
      } else if (byte < 0x20 || byte == 0x7f) {
        text_ += {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
      } else {
        text_ += c;
      }
    }
    text_ += '"';
  }

  void write_items(const PickleNode& node, const std::string& open, const std::string& close,
                   int depth) {
    text_ += open;
    for (std::size_t i = 0; i < node.children.size() && !full(); ++i) {
      if (i > 0) text_ += ", ";
      write_member(node.children[i], depth);
    }
    text_ += close;
  }

  void write_dict(const PickleNode& node, int depth) {
    text_ += "{";
    for (std::size_t i = 0; i + 1 < node.children.size() && !full(); i += 2) {
      if (i > 0) text_ += ", ";
      write_member(node.children[i], depth);
      text_ += ": ";
      write_member(node.children[i + 1], depth);
    }
    text_ += "}";
  }

  void write_member(PickleIndex index, int depth) {
    if (depth < kMaxDepth) {
      write(index, depth + 1);
    } else {
      text_ += "…";
    }
  }

  const Pickle& pickle_;
  std::size_t limit_;
  std::string text_;
};

}  // namespace

std::string value_text(const Pickle& pickle, PickleIndex index, std::size_t limit) {
  ValueWriter writer(pickle, limit);
  writer.write(index, 0);
  return writer.finished();
}

}  // namespace tsctl
