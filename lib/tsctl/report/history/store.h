#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tsctl/core/history.h"
#include "tsctl/report/history/database.h"

namespace tsctl {

// A report as a history keeps it.
struct HistoryEntry {
  std::string digest = {};    // of the document; the same report has the same digest
  std::string time = {};      // RFC 3339, UTC
  std::string model = {};     // the name given with the report; empty: the report's own
  std::string document = {};  // the report as JSON
};

// Which nights to read. Empty texts and 0 select all.
struct HistoryFilter {
  std::string model = {};
  std::string arm = {};
  std::string since = {};  // a time, or its beginning: 2026-05-01
  std::int64_t last = 0;   // nights of each series
};

// A history of reports in one SQLite file. Several processes may use it at the same time. The reports are kept as they
// are; a table with a row for each arm is made from them, and made again when its columns change. All functions throw
// Error{input} for a file that is not a history, is damaged or was written by a newer tsctl, and Error{environment} for
// a file that cannot be written.
class HistoryStore {
 public:
  // Opens a file, or creates it with Open::create. An older version is converted.
  HistoryStore(const std::string& path, history::Database::Open mode);

  // Adds the reports that are not there, all of them or, after an exception, none. The result says for each whether
  // it is new. Throws Error{input} for a document that is not a report with a bench.
  std::vector<bool> add(const std::vector<HistoryEntry>& entries);

  // The nights of each arm in the order of time. The series have no result of a check.
  std::vector<HistorySeries> series(const HistoryFilter& filter);
  // The documents of the reports that have a selected night, in the order of time.
  std::vector<std::string> documents(const HistoryFilter& filter);
  std::int64_t report_count();

 private:
  void migrate();
  void rebuild_arms();

  history::Database database_;
};

}  // namespace tsctl
