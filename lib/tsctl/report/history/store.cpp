#include "tsctl/report/history/store.h"

#include <fmt/format.h>

#include <map>
#include <tuple>
#include <utility>

#include "tsctl/core/base/error.h"
#include "tsctl/report/history/facts.h"
#include "tsctl/report/history/packed_text.h"
#include "tsctl/report/history/schema.h"
#include "tsctl/report/json/document.h"

namespace tsctl {

using history::Database;
using history::Statement;
using history::Transaction;

namespace {

std::string joined_lines(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& one : lines) text += one + '\n';
  return text;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

void insert_arms(Statement& insert, std::int64_t id, const std::vector<HistorySeries>& arms) {
  for (const HistorySeries& arm : arms) {
    const HistoryNight& night = arm.nights.front();
    insert
        .bind(id, arm.model, arm.arm, arm.base, arm.base_sha256, arm.conditions, night.host,
              joined_lines(night.tags), night.torch_version, night.tool_version, night.sha256,
              night.outputs, night.speed, night.median_s, night.p99_s, night.speedup,
              night.speedup_low, night.speedup_high)
        .step();
  }
}

// A row of kSelectArms.
HistorySeries series_of_row(const Statement& row) {
  HistorySeries series{.model = row.text(0),
                       .arm = row.text(1),
                       .base = row.text(2),
                       .base_sha256 = row.text(3),
                       .conditions = row.text(4)};
  series.nights.push_back({.time = row.text(5),
                           .host = row.text(6),
                           .report = row.text(7),
                           .tags = lines_of(row.text(8)),
                           .torch_version = row.text(9),
                           .tool_version = row.text(10),
                           .sha256 = row.text(11),
                           .outputs = row.text(12),
                           .speed = row.text(13),
                           .median_s = row.real(14),
                           .p99_s = row.real(15),
                           .speedup = row.real(16),
                           .speedup_low = row.real(17),
                           .speedup_high = row.real(18)});
  return series;
}

}  // namespace

HistoryStore::HistoryStore(const std::string& path, Database::Open mode) : database_(path, mode) {
  const std::int64_t version = database_.number_of("PRAGMA user_version");
  const std::int64_t tables = database_.number_of("SELECT count(*) FROM sqlite_master");
  const bool empty = version == 0 && tables == 0;
  const bool ours = database_.number_of("PRAGMA application_id") == history::kApplicationId;
  if (!ours && (!empty || mode == Database::Open::existing)) {
    throw Error(ErrorKind::input, fmt::format("'{}' is not a history of tsctl", path),
                "give the file of a history with --db, or the name of a new file");
  }
  if (version > history::kVersion) {
    throw Error(ErrorKind::input,
                fmt::format("the history '{}' has version {}, and this tsctl reads up to {}", path,
                            version, history::kVersion),
                "use the tsctl that wrote it, or a newer one");
  }
  if (version < history::kVersion) migrate();
}

void HistoryStore::migrate() {
  Transaction transaction(database_);
  // Another process may have done it in the meantime.
  const std::int64_t version = database_.number_of("PRAGMA user_version");
  if (version >= history::kVersion) return;
  if (version == 0) database_.execute(history::kCreateReports);
  if (version == 1) database_.execute(history::kFrom1To2);
  rebuild_arms();
  transaction.commit();
}

void HistoryStore::rebuild_arms() {
  database_.execute(history::kCreateArms);
  Statement insert = database_.prepare(history::kInsertArm);
  Statement reports = database_.prepare("SELECT id, document, size, model FROM reports");
  while (reports.step()) {
    const std::string text =
        history::unpacked(reports.blob(1), reports.number(2), database_.path());
    insert_arms(insert, reports.number(0),
                history::arms_of(report_from_document(text, database_.path()), reports.text(3)));
  }
}

std::vector<bool> HistoryStore::add(const std::vector<HistoryEntry>& entries) {
  std::vector<bool> added;
  Transaction transaction(database_);
  Statement insert = database_.prepare(
      "INSERT OR IGNORE INTO reports (digest, time, document, size, model) "
      "VALUES (?1, ?2, ?3, ?4, ?5)");
  Statement insert_arm = database_.prepare(history::kInsertArm);
  for (const HistoryEntry& entry : entries) {
    const std::string packed = history::packed(entry.document);
    insert
        .bind(entry.digest, entry.time, Statement::as_blob(packed),
              static_cast<std::int64_t>(entry.document.size()), entry.model)
        .step();
    added.push_back(database_.rows_changed() > 0);
    if (!added.back()) continue;
    const Report report = report_from_document(entry.document, "the report");
    insert_arms(insert_arm, database_.number_of("SELECT last_insert_rowid()"),
                history::arms_of(report, entry.model));
  }
  transaction.commit();
  return added;
}

std::vector<HistorySeries> HistoryStore::series(const HistoryFilter& filter) {
  std::vector<HistorySeries> all;
  std::map<std::tuple<std::string, std::string, std::string, std::string, std::string>, std::size_t>
      places;
  Statement rows = database_.prepare(history::kSelectArms);
  rows.bind(filter.model, filter.arm, filter.since);
  while (rows.step()) {
    HistorySeries row = series_of_row(rows);
    const auto [place, is_new] = places.emplace(
        std::tuple(row.model, row.arm, row.base, row.base_sha256, row.conditions), all.size());
    if (is_new) {
      all.push_back(std::move(row));
    } else {
      all[place->second].nights.push_back(std::move(row.nights.front()));
    }
  }
  for (HistorySeries& series : all) {
    const auto extra = static_cast<std::ptrdiff_t>(series.nights.size()) - filter.last;
    if (filter.last > 0 && extra > 0)
      series.nights.erase(series.nights.begin(), series.nights.begin() + extra);
  }
  return all;
}

std::vector<std::string> HistoryStore::documents(const HistoryFilter& filter) {
  std::map<std::pair<std::string, std::string>, bool> wanted;  // by time and digest
  for (const HistorySeries& one : series(filter)) {
    for (const HistoryNight& night : one.nights) wanted[{night.time, night.report}] = true;
  }
  std::vector<std::string> documents;
  Statement report = database_.prepare("SELECT document, size FROM reports WHERE digest = ?1");
  for (const auto& [key, selected] : wanted) {
    if (!report.bind(key.second).step()) continue;
    documents.push_back(history::unpacked(report.blob(0), report.number(1), database_.path()));
  }
  return documents;
}

std::int64_t HistoryStore::report_count() {
  return database_.number_of("SELECT count(*) FROM reports");
}

}  // namespace tsctl
