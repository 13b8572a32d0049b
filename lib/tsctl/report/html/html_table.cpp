#include "tsctl/report/html/html_table.h"

#include <fmt/format.h>

#include "tsctl/report/html/escaped.h"

namespace tsctl {

namespace {

std::string attributes_of(const HtmlCell& cell, std::string kind) {
  if (cell.tone != HtmlCell::Tone::plain) {
    kind += kind.empty() ? "" : " ";
    kind += cell.tone == HtmlCell::Tone::good ? "good" : "bad";
  }
  std::string text = kind.empty() ? "" : fmt::format(" class=\"{}\"", kind);
  if (!cell.tooltip.empty()) text += fmt::format(" title=\"{}\"", escaped(cell.tooltip));
  return text;
}

}  // namespace

HtmlCell judged_cell(const std::string& text, bool good) {
  return {text, good ? HtmlCell::Tone::good : HtmlCell::Tone::bad};
}

HtmlTable::HtmlTable(const std::vector<std::string>& titles) {
  for (const std::string& title : titles) {
    const bool is_number = title.starts_with('>');
    const bool is_note = title.starts_with('<');
    kinds_.emplace_back(is_number ? "number" : is_note ? "note" : "");
    head_ += fmt::format("<th{}>{}</th>", is_number ? " class=\"number\"" : "",
                         escaped(is_number || is_note ? title.substr(1) : title));
  }
}

void HtmlTable::add_row(const std::vector<HtmlCell>& cells) {
  rows_ += "<tr>";
  for (std::size_t i = 0; i < cells.size() && i < kinds_.size(); ++i)
    rows_ +=
        fmt::format("<td{}>{}</td>", attributes_of(cells[i], kinds_[i]), escaped(cells[i].text));
  rows_ += "</tr>\n";
}

std::string HtmlTable::render() const {
  if (rows_.empty()) return {};
  return fmt::format("<div class=\"table\"><table>\n<tr>{}</tr>\n{}</table></div>\n", head_, rows_);
}

std::string html_facts(const std::vector<std::pair<std::string, std::string>>& rows) {
  std::string text;
  for (const auto& [name, value] : rows) {
    if (value.empty()) continue;
    text += fmt::format("<tr><th>{}</th><td>{}</td></tr>\n", escaped(name), escaped(value));
  }
  return text.empty() ? "" : "<table class=\"facts\">\n" + text + "</table>\n";
}

}  // namespace tsctl
