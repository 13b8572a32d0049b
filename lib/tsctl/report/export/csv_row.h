#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "tsctl/report/json/json_convert.h"

namespace tsctl {

// The cells of a row by their columns. A column that the row already has keeps its first value.
class CsvRow {
 public:
  using Cells = std::vector<std::pair<std::string, std::string>>;

  const Cells& cells() const noexcept { return cells_; }

  // Empty if the row does not have the column.
  std::string cell(const std::string& column) const {
    const auto found = find(column);
    return found == cells_.end() ? std::string() : found->second;
  }

  // These columns in this order, empty where the row does not have one.
  CsvRow with_columns(std::span<const char* const> columns) const {
    CsvRow row;
    for (const char* column : columns) row.put(column, cell(column));
    return row;
  }

  // A column, or, for a struct, a column for each member: opening_read_s.
  template <typename T>
  void add(const std::string& column, const T& value) {
    if constexpr (json::IsVector<T>::value) {
      put(column, list_text(value));
    } else if constexpr (json::IsOptional<T>::value) {
      add_optional(column, value);
    } else if constexpr (json::Described<T>) {
      add_members(column + "_", value, {});
    } else {
      put(column, text_of(json::to_json(value)));
    }
  }
  void add(const std::string& column, const char* text) { put(column, text); }

  // A column for each member of a struct except those of these names.
  template <typename T>
  void add_fields(const T& value, std::span<const char* const> except = {}) {
    add_members("", value, except);
  }

 private:
  struct Members {
    CsvRow& row;
    const std::string& prefix;
    std::span<const char* const> except;

    template <typename T>
    void operator()(const std::string& key, const T& value, const Field& = {}) {
      if (std::ranges::find(except, key) == except.end()) row.add(prefix + key, value);
    }
  };

  Cells::const_iterator find(const std::string& column) const {
    return std::ranges::find_if(cells_, [&](const auto& cell) { return cell.first == column; });
  }

  void put(const std::string& column, const std::string& text) {
    if (find(column) == cells_.end()) cells_.emplace_back(column, text);
  }

  template <typename T>
  void add_members(const std::string& prefix, const T& value, std::span<const char* const> except) {
    Members members{*this, prefix, except};
    visit_fields(members, const_cast<T&>(value));  // the visitor only reads
  }

  // A struct that is not there has columns too, so that all rows have the same.
  template <typename T>
  void add_optional(const std::string& column, const std::optional<T>& value) {
    if constexpr (json::Described<T>) {
      CsvRow members;
      members.add(column, value.value_or(T{}));
      for (const auto& [name, text] : members.cells()) put(name, value ? text : std::string());
    } else {
      put(column, text_of(json::to_json(value)));
    }
  }

  template <typename T>
  static std::string list_text(const std::vector<T>& items) {
    if constexpr (json::Described<T> || json::IsPair<T>::value) {
      return std::to_string(items.size());
    } else {
      constexpr const char* kSeparator = std::is_arithmetic_v<T> ? "x" : "; ";
      std::string text;
      for (const T& item : items)
        text += (text.empty() ? "" : kSeparator) + text_of(json::to_json(item));
      return text;
    }
  }

  static std::string text_of(const json::Json& value) {
    if (value.is_null()) return {};
    return value.is_string() ? value.get<std::string>() : json::line_text(value);
  }

  Cells cells_ = {};
};

}  // namespace tsctl
