#include "tsctl/archive/diff_texts.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "tsctl/archive/diff_tensors.h"
#include "tsctl/archive/model_archive.h"
#include "tsctl/archive/unified_diff.h"

namespace tsctl {

namespace {

using Texts = std::map<std::string, std::string>;

constexpr std::size_t kMostModules = 200;  // renamed ones whose attributes are looked for

void compare_texts(const Texts& a, const Texts& b, std::vector<TextChange>& changes) {
  for (const auto& [name, text] : a) {
    const auto found = b.find(name);
    if (found == b.end()) {
      changes.push_back({.name = name, .change = TextChangeKind::removed, .before = text});
    } else if (found->second != text) {
      changes.push_back({.name = name,
                         .change = TextChangeKind::changed,
                         .before = text,
                         .after = found->second});
    }
  }
  for (const auto& [name, text] : b) {
    if (a.count(name) == 0)
      changes.push_back({.name = name, .change = TextChangeKind::added, .after = text});
  }
}

std::string named(const std::string& text, bool ignores_names) {
  return ignores_names ? plain_class_name(text) : text;
}

Texts signatures_of(const ModelSummary& summary, bool ignores_names) {
  Texts texts;
  for (const MethodSummary& method : summary.methods)
    texts[method.name] = named(method.signature, ignores_names);
  return texts;
}

void compare_ops(const MethodSummary& a, const MethodSummary& b, DiffResult& result) {
  std::map<std::string, std::pair<std::int64_t, std::int64_t>> counts;
  for (const OpCount& op : a.ops) counts[op.name].first = op.count;
  for (const OpCount& op : b.ops) counts[op.name].second = op.count;
  for (const auto& [name, count] : counts) {
    if (count.first != count.second)
      result.ops.push_back({a.name, name, count.first, count.second});
  }
}

Texts values_of(const ModelSummary& summary, bool ignores_names) {
  Texts texts;
  for (const AttributeSummary& attribute : summary.attributes)
    texts[attribute.name] = named(attribute.value, ignores_names);
  return texts;
}

// Training modes are compared only for modules that have one in both files: freezing removes them all, and a note reports
// that.
void add_modes(const ModelSummary& a, const ModelSummary& b, Texts& in_a, Texts& in_b) {
  std::map<std::string, bool> modes;
  for (const ModuleSummary& module : a.modules) {
    if (module.training) modes[module.path] = *module.training;
  }
  for (const ModuleSummary& module : b.modules) {
    const auto other = modes.find(module.path);
    if (!module.training || other == modes.end()) continue;
    const std::string name = module.path.empty() ? "training" : module.path + ".training";
    in_a[name] = other->second ? "True" : "False";
    in_b[name] = *module.training ? "True" : "False";
  }
}

// An attribute of a module whose tensors were renamed is renamed with them.
void join_renamed(const Renames& renames, std::vector<TextChange>& changes) {
  std::set<std::pair<std::string, std::string>> modules;
  for (const auto& [before, after] : renames) {
    if (modules.size() < kMostModules) modules.insert(renamed_module(before, after));
  }
  std::map<std::string, TextChange*> added;
  for (TextChange& row : changes) {
    if (row.change == TextChangeKind::added) added.emplace(row.name, &row);
  }
  for (const auto& [from, to] : modules) {
    for (TextChange& row : changes) {
      const bool is_inside = from.empty() || row.name.starts_with(from + ".");
      if (row.change != TextChangeKind::removed || !is_inside) continue;
      const std::string rest = from.empty() ? row.name : row.name.substr(from.size() + 1);
      const std::string name = to.empty() ? rest : to + "." + rest;
      const auto other = added.find(name);
      if (other == added.end() || other->second->after != row.before) continue;
      row.change = TextChangeKind::renamed;
      row.after = name;
      other->second->name.clear();
      added.erase(other);
    }
  }
  std::erase_if(changes, [](const TextChange& row) { return row.name.empty(); });
}

Texts records_of(const ModelSummary& summary, RecordGroup group, std::size_t prefix) {
  Texts texts;
  for (const RecordSummary& record : summary.records) {
    if (record.group != group) continue;
    texts[record.name.substr(prefix)] =
        fmt::format("{} bytes, CRC-32 {}", record.size_bytes, record.crc32);
  }
  return texts;
}

const std::string* text_of(const ModelSummary& summary, const std::string& name) {
  const auto file = std::ranges::find_if(
      summary.extra_files, [&name](const ExtraFile& row) { return row.name == name; });
  return file == summary.extra_files.end() || !file->text ? nullptr : &*file->text;
}

// The texts of all code records, without "___torch_mangle_3.", in an order of their own.
std::vector<std::string> plain_code(const ModelSummary& summary) {
  constexpr std::string_view kMangle = "___torch_mangle_";
  std::vector<std::string> texts;
  for (const CodeText& code : summary.code) {
    std::string plain;
    for (std::size_t at = 0; at < code.text.size();) {
      const std::size_t found = std::min(code.text.find(kMangle, at), code.text.size());
      plain.append(code.text, at, found - at);
      at = std::min(code.text.find_first_not_of("0123456789", found + kMangle.size()),
                    code.text.size());
      if (at < code.text.size() && code.text[at] == '.') ++at;
    }
    texts.push_back(std::move(plain));
  }
  std::ranges::sort(texts);
  return texts;
}

}  // namespace

bool have_equal_code(const ModelSummary& a, const ModelSummary& b) {
  return plain_code(a) == plain_code(b);
}

void compare_methods(const ModelSummary& a, const ModelSummary& b, bool ignores_names,
                     DiffResult& result) {
  compare_texts(signatures_of(a, ignores_names), signatures_of(b, ignores_names), result.methods);
  for (const MethodSummary& method : a.methods) {
    const auto other = std::ranges::find_if(
        b.methods, [&method](const MethodSummary& row) { return row.name == method.name; });
    if (other != b.methods.end()) compare_ops(method, *other, result);
  }
}

void compare_attributes(const ModelSummary& a, const ModelSummary& b, const Renames& renames,
                        bool ignores_names, DiffResult& result) {
  Texts in_a = values_of(a, ignores_names);
  Texts in_b = values_of(b, ignores_names);
  add_modes(a, b, in_a, in_b);
  compare_texts(in_a, in_b, result.attributes);
  join_renamed(renames, result.attributes);
}

void compare_extra_files(const ModelSummary& a, const ModelSummary& b, DiffResult& result) {
  constexpr std::size_t kPrefix = std::string_view("extra/").size();
  compare_texts(records_of(a, RecordGroup::extra, kPrefix),
                records_of(b, RecordGroup::extra, kPrefix), result.extra_files);
  for (TextChange& row : result.extra_files) {
    const std::string* before = text_of(a, row.name);
    const std::string* after = text_of(b, row.name);
    if (before != nullptr && after != nullptr) row.lines = unified_diff(*before, *after);
  }
}

std::int64_t differing_debug_records(const ModelSummary& a, const ModelSummary& b) {
  std::vector<TextChange> changes;
  compare_texts(records_of(a, RecordGroup::debug, 0), records_of(b, RecordGroup::debug, 0),
                changes);
  return std::ssize(changes);
}

}  // namespace tsctl
