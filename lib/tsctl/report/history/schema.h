#pragma once

#include <cstdint>

// The tables of a history. `PRAGMA user_version` has the version of the file.
namespace tsctl::history {

inline constexpr std::int64_t kVersion = 2;
// "tsct" marks the file as a history; SQLite shows it as application_id.
inline constexpr std::int64_t kApplicationId = 0x74736374;

// Version 1 has the reports. Version 2 adds the name that a report was given.
inline constexpr const char* kCreateReports = R"(
CREATE TABLE reports (
  id INTEGER PRIMARY KEY,
  digest TEXT NOT NULL UNIQUE,
  time TEXT NOT NULL,
  document BLOB NOT NULL,
  size INTEGER NOT NULL,
  model TEXT NOT NULL DEFAULT ''
);
PRAGMA application_id = 0x74736374;
)";
inline constexpr const char* kFrom1To2 =
    "ALTER TABLE reports ADD COLUMN model TEXT NOT NULL DEFAULT ''";

// A row for each arm of each report, made from the documents.
inline constexpr const char* kCreateArms = R"(
DROP TABLE IF EXISTS arms;
CREATE TABLE arms (
  report INTEGER NOT NULL REFERENCES reports(id),
  model TEXT NOT NULL,
  arm TEXT NOT NULL,
  base TEXT NOT NULL,
  base_sha256 TEXT NOT NULL,
  conditions TEXT NOT NULL,
  host TEXT NOT NULL,
  tags TEXT NOT NULL,
  torch_version TEXT NOT NULL,
  tool_version TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  outputs TEXT NOT NULL,
  speed TEXT NOT NULL,
  median_s REAL,
  p99_s REAL,
  speedup REAL,
  speedup_low REAL,
  speedup_high REAL
);
CREATE INDEX arms_of_report ON arms(report);
CREATE INDEX arms_of_model ON arms(model, arm);
PRAGMA user_version = 2;
)";

inline constexpr const char* kInsertArm =
    "INSERT INTO arms VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, "
    "?16, "
    "?17, ?18)";

// ?1 model, ?2 arm, ?3 since.
inline constexpr const char* kSelectArms = R"(
SELECT arms.model, arm, base, base_sha256, conditions, time, host, digest, tags, torch_version, tool_version, sha256,
       outputs, speed, median_s, p99_s, speedup, speedup_low, speedup_high
FROM arms JOIN reports ON reports.id = arms.report
WHERE (?1 = '' OR arms.model = ?1) AND (?2 = '' OR arm = ?2) AND time >= ?3
ORDER BY time, reports.id, arms.rowid
)";

}  // namespace tsctl::history
