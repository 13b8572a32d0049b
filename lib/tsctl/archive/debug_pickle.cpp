#include "tsctl/archive/debug_pickle.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "tsctl/archive/binary_file.h"
#include "tsctl/archive/pickle.h"

namespace tsctl {

namespace {

using Kind = PickleNode::Kind;

constexpr std::string_view kFormat = "FORMAT_WITH_STRING_TABLE";

// A text of a Python file: the indexes of its lines and of its name in the table of texts, and its first line number.
struct DebugSource {
  std::vector<std::int64_t> lines = {};
  std::int64_t name = 0;
  std::int64_t first_line = 0;
};

// Code from the byte `at` on comes from the part [begin, end) of a source.
struct DebugRange {
  std::int64_t at = 0;
  std::size_t source = 0;
  std::int64_t begin = 0;
  std::int64_t end = 0;
  std::int64_t tag = 0;
};

struct DebugTable {
  std::vector<std::string> texts = {};
  std::vector<DebugSource> sources = {};
  std::vector<DebugRange> ranges = {};
};

// Reads (kFormat, (text, …), ((at, (source, begin, end), tag), …)), where a source is ([line, …], name, first line).
class TableReader {
 public:
  explicit TableReader(const Pickle& pickle) : pickle_(pickle) {}

  std::optional<DebugTable> read() {
    const PickleNode& root = pickle_.at(pickle_.root);
    if (!is(root, Kind::tuple, 3) || child(root, 0).kind != Kind::string ||
        child(root, 0).text != kFormat || child(root, 1).kind != Kind::tuple ||
        child(root, 2).kind != Kind::tuple)
      return std::nullopt;
    for (const PickleIndex index : child(root, 1).children) {
      if (pickle_.at(index).kind != Kind::string) return std::nullopt;
      table_.texts.emplace_back(pickle_.at(index).text);
    }
    for (const PickleIndex index : child(root, 2).children) {
      if (!read_range(pickle_.at(index))) return std::nullopt;
    }
    return std::move(table_);
  }

 private:
  static bool is(const PickleNode& node, Kind kind, std::size_t children) {
    return node.kind == kind && node.children.size() == children;
  }

  const PickleNode& child(const PickleNode& node, std::size_t index) const {
    return pickle_.at(node.children[index]);
  }

  bool integer(const PickleNode& node, std::size_t index, std::int64_t& value) const {
    const PickleNode& found = child(node, index);
    value = found.integer;
    return found.kind == Kind::integer;
  }

  bool is_text(std::int64_t index) const {
    return index >= 0 && static_cast<std::size_t>(index) < table_.texts.size();
  }

  bool read_range(const PickleNode& node) {
    DebugRange range;
    if (!is(node, Kind::tuple, 3) || !integer(node, 0, range.at) || !integer(node, 2, range.tag))
      return false;
    const PickleNode& place = child(node, 1);
    if (!is(place, Kind::tuple, 3) || !integer(place, 1, range.begin) ||
        !integer(place, 2, range.end))
      return false;
    const auto [known, is_new] = seen_.emplace(place.children[0], table_.sources.size());
    range.source = known->second;
    table_.ranges.push_back(range);
    return !is_new || read_source(child(place, 0));
  }

  bool read_source(const PickleNode& node) {
    DebugSource source;
    if (!is(node, Kind::tuple, 3) || child(node, 0).kind != Kind::list ||
        !integer(node, 1, source.name) || !integer(node, 2, source.first_line) ||
        !is_text(source.name))
      return false;
    for (const PickleIndex index : child(node, 0).children) {
      const PickleNode& line = pickle_.at(index);
      if (line.kind != Kind::integer || !is_text(line.integer)) return false;
      source.lines.push_back(line.integer);
    }
    table_.sources.push_back(std::move(source));
    return true;
  }

  const Pickle& pickle_;
  DebugTable table_;
  std::unordered_map<PickleIndex, std::size_t> seen_;
};

// Writes a table with the opcodes that torch uses.
class TableWriter {
 public:
  std::string write(const DebugTable& table) {
    out_ = "\x80\x02";
    string(kFormat);
    out_ += '(';
    for (const std::string& text : table.texts) string(text);
    out_ += "t(";
    sources_.assign(table.sources.size(), kNotWritten);
    for (const DebugRange& range : table.ranges) {
      integer(range.at);
      source(table, range.source);
      integer(range.begin);
      integer(range.end);
      out_ += '\x87';
      integer(range.tag);
      out_ += '\x87';
    }
    out_ += "t\x87.";
    return std::move(out_);
  }

 private:
  static constexpr std::uint32_t kNotWritten = 0xffffffffU;

  void string(std::string_view text) {
    out_ += 'X';
    append_u32(out_, static_cast<std::uint32_t>(text.size()));
    out_ += text;
  }

  void integer(std::int64_t value) {
    if (value >= 0 && value <= 0xff) {
      out_ += 'K';
      out_ += static_cast<char>(value);
    } else if (value >= 0 && value <= 0xffff) {
      out_ += 'M';
      append_u16(out_, static_cast<std::uint16_t>(value));
    } else if (value >= std::numeric_limits<std::int32_t>::min() &&
               value <= std::numeric_limits<std::int32_t>::max()) {
      out_ += 'J';
      append_u32(out_, static_cast<std::uint32_t>(value));
    } else {
      out_ += "\x8a\x08";
      append_u64(out_, static_cast<std::uint64_t>(value));
    }
  }

  // Puts the value on top into the memo, and returns its number.
  std::uint32_t remember() {
    out_ += 'r';
    append_u32(out_, remembered_);
    return remembered_++;
  }

  void recall(std::uint32_t number) {
    out_ += 'j';
    append_u32(out_, number);
  }

  void source(const DebugTable& table, std::size_t index) {
    if (sources_[index] != kNotWritten) {
      recall(sources_[index]);
      return;
    }
    const DebugSource& source = table.sources[index];
    out_ += "ctorch.jit._pickle\nbuild_intlist\n(](";
    for (const std::int64_t line : source.lines) integer(line);
    out_ += "etR";
    integer(source.name);
    integer(source.first_line);
    out_ += '\x87';
    sources_[index] = remember();
  }

  std::string out_;
  std::vector<std::uint32_t> sources_;
  std::uint32_t remembered_ = 0;
};

// The length of the path that a line of a call stack begins with: "/a/net.py(12): forward"; 0 for any other text.
std::size_t path_in_frame(std::string_view line) {
  const std::size_t close = line.find("): ");
  if (line.empty() || line.front() != '/' || close == std::string_view::npos) return 0;
  const std::size_t open = line.substr(0, close).rfind('(');
  if (open == std::string_view::npos || open + 1 == close) return 0;
  const std::string_view number = line.substr(open + 1, close - open - 1);
  return number.find_first_not_of("0123456789") == std::string_view::npos ? open : 0;
}

// Where a position in the old text of a source is in its new text.
class MovedPositions {
 public:
  MovedPositions(const DebugSource& source, const std::vector<std::string>& old_texts,
                 const std::vector<std::string>& new_texts) {
    for (const std::int64_t line : source.lines) {
      const auto index = static_cast<std::size_t>(line);
      lines_.emplace_back(old_texts[index].size(), new_texts[index].size());
    }
  }

  std::int64_t operator()(std::int64_t position) const {
    std::int64_t begin = 0;
    std::int64_t moved = 0;
    for (const auto& [old_size, new_size] : lines_) {
      const auto old_bytes = static_cast<std::int64_t>(old_size);
      const auto new_bytes = static_cast<std::int64_t>(new_size);
      if (position < begin + old_bytes)
        return moved +
               (old_bytes == new_bytes ? position - begin : std::min(position - begin, new_bytes));
      begin += old_bytes;
      moved += new_bytes;
    }
    return moved + position - begin;
  }

 private:
  std::vector<std::pair<std::size_t, std::size_t>> lines_;
};

void rename_paths(DebugTable& table,
                  const std::function<std::string(const std::string&)>& renamed) {
  std::vector<std::string> texts = table.texts;
  std::vector<bool> is_name(texts.size(), false);
  for (const DebugSource& source : table.sources)
    is_name[static_cast<std::size_t>(source.name)] = true;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const bool whole = is_name[i] && texts[i].starts_with('/');
    const std::size_t size = whole ? texts[i].size() : path_in_frame(texts[i]);
    if (size > 0) texts[i].replace(0, size, renamed(texts[i].substr(0, size)));
  }
  std::vector<MovedPositions> moved;
  for (const DebugSource& source : table.sources) moved.emplace_back(source, table.texts, texts);
  for (DebugRange& range : table.ranges) {
    range.begin = moved[range.source](range.begin);
    range.end = moved[range.source](range.end);
  }
  table.texts = std::move(texts);
}

}  // namespace

std::optional<std::string> with_renamed_paths(
    std::string pickle, const std::string& where, ReadBudget& budget,
    const std::function<std::string(const std::string&)>& renamed) {
  const std::unique_ptr<const Pickle> parsed = read_pickle(std::move(pickle), where, budget);
  std::optional<DebugTable> table = TableReader(*parsed).read();
  if (!table) return std::nullopt;
  rename_paths(*table, renamed);
  return TableWriter().write(*table);
}

}  // namespace tsctl
