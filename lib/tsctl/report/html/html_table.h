#pragma once

#include <string>
#include <utility>
#include <vector>

namespace tsctl {

// A cell of a table.
struct HtmlCell {
  std::string text = {};
  std::string tooltip = {};
  enum class Tone { plain, good, bad } tone = Tone::plain;

  HtmlCell(std::string content = {}) : text(std::move(content)) {}
  HtmlCell(const char* content) : text(content) {}
  HtmlCell(std::string content, std::string hint)
      : text(std::move(content)), tooltip(std::move(hint)) {}
  HtmlCell(std::string content, Tone tint) : text(std::move(content)), tone(tint) {}
};

// A word that is good news or bad news, such as "same" and "differ".
HtmlCell judged_cell(const std::string& text, bool good);

// A table with a heading for each column. A title that starts with '>', which is dropped, aligns its column right. The
// last title may start with '<', which is dropped: the column is for sentences, and gets room. Texts are escaped.
class HtmlTable {
 public:
  explicit HtmlTable(const std::vector<std::string>& titles);
  void add_row(const std::vector<HtmlCell>& cells);
  // Empty for a table without rows.
  std::string render() const;

 private:
  std::vector<std::string> kinds_ = {};  // the classes of the columns
  std::string head_ = {};
  std::string rows_ = {};
};

// Names and values in two columns, without headings. Rows without a value are left out.
std::string html_facts(const std::vector<std::pair<std::string, std::string>>& rows);

}  // namespace tsctl
