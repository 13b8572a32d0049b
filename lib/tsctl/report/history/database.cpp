#include "tsctl/report/history/database.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cstring>
#include <filesystem>
#include <utility>

#include "tsctl/core/base/error.h"
#include "tsctl/core/base/system_limit.h"

namespace tsctl::history {

namespace {

// How long a command waits for another that writes. A writer needs milliseconds for a report.
constexpr int kLongestWaitMs = 60'000;

[[noreturn]] void fail(sqlite3* database, int code, const std::string& path) {
  const int kind = code & 0xFF;  // without the details of the extended code
  const std::string reason = database != nullptr ? sqlite3_errmsg(database) : sqlite3_errstr(code);
  switch (kind) {
    case SQLITE_NOTADB:
      throw Error(ErrorKind::input, fmt::format("'{}' is not a history of tsctl", path),
                  "give the file of a history with --db, or the name of a new file");
    case SQLITE_CORRUPT:
    case SQLITE_ERROR:
    case SQLITE_MISMATCH:
      throw Error(ErrorKind::input, fmt::format("the history '{}' is damaged: {}", path, reason),
                  "restore it from a backup, or add the reports to a new file");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      throw Error(ErrorKind::environment,
                  fmt::format("the history '{}' is locked by another process", path),
                  "run the command again when the other process has ended");
    case SQLITE_NOMEM:
      throw std::bad_alloc();
    default: {
      // SQLite's own words leave out why a call of the system failed.
      const int cause = database != nullptr ? sqlite3_system_errno(database) : 0;
      throw Error(
          ErrorKind::environment,
          fmt::format("the history '{}' cannot be written: {}{}", path, reason,
                      cause != 0 ? fmt::format(" ({})", std::strerror(cause)) : ""),
          hint_for_limit(cause, "check that its folder exists, is writable and has free space"));
    }
  }
}

void require_room_for_journal(const std::string& path) {
  constexpr std::size_t kLongestName = 255;
  constexpr std::size_t kJournalBytes = sizeof("-journal") - 1;
  if (std::filesystem::path(path).filename().string().size() + kJournalBytes <= kLongestName)
    return;
  throw Error(ErrorKind::environment,
              fmt::format("the name of the history '{}' is too long: SQLite keeps a journal "
                          "beside it, whose name is longer",
                          path),
              fmt::format("choose a name of at most {} bytes", kLongestName - kJournalBytes));
}

}  // namespace

Statement::Statement(sqlite3* database, const char* sql, std::string path)
    : database_(database), path_(std::move(path)) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v2(database, sql, -1, &statement, nullptr);
  statement_.reset(statement);
  if (code != SQLITE_OK) fail(database_, code, path_);
}

void Statement::Finalize::operator()(sqlite3_stmt* statement) const noexcept {
  sqlite3_finalize(statement);
}

void Statement::reset() noexcept { sqlite3_reset(statement_.get()); }

bool Statement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) fail(database_, code, path_);
  return false;
}

void Statement::bind_one(int index, const std::string& value) {
  sqlite3_bind_text64(statement_.get(), index, value.data(), value.size(), SQLITE_TRANSIENT,
                      SQLITE_UTF8);
}

void Statement::bind_one(int index, std::int64_t value) {
  sqlite3_bind_int64(statement_.get(), index, value);
}

void Statement::bind_one(int index, const std::optional<double>& value) {
  if (value) {
    sqlite3_bind_double(statement_.get(), index, *value);
  } else {
    sqlite3_bind_null(statement_.get(), index);
  }
}

void Statement::bind_one(int index, const Blob& value) {
  sqlite3_bind_blob64(statement_.get(), index, value.bytes.data(), value.bytes.size(),
                      SQLITE_TRANSIENT);
}

std::string Statement::text(int column) const {
  const auto* const letters = sqlite3_column_text(statement_.get(), column);
  if (letters == nullptr) return {};
  return {reinterpret_cast<const char*>(letters),
          static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

std::string Statement::blob(int column) const {
  const void* const bytes = sqlite3_column_blob(statement_.get(), column);
  if (bytes == nullptr) return {};
  return {static_cast<const char*>(bytes),
          static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

std::int64_t Statement::number(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::optional<double> Statement::real(int column) const {
  if (sqlite3_column_type(statement_.get(), column) == SQLITE_NULL) return std::nullopt;
  return sqlite3_column_double(statement_.get(), column);
}

Database::Database(const std::string& path, Open mode) : path_(path) {
  require_room_for_journal(path);
  const int create = mode == Open::create ? SQLITE_OPEN_CREATE : 0;
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &handle, SQLITE_OPEN_READWRITE | create, nullptr);
  handle_.reset(handle);
  if (code != SQLITE_OK) fail(handle, code, path_);
  sqlite3_busy_timeout(handle, kLongestWaitMs);
  // The text of the file's own views and triggers must not run functions.
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
}

void Database::Close::operator()(sqlite3* database) const noexcept { sqlite3_close(database); }

void Database::execute(const char* sql) {
  const int code = sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(handle_.get(), code, path_);
}

void Database::roll_back() noexcept {
  sqlite3_exec(handle_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

std::int64_t Database::number_of(const char* sql) {
  Statement statement = prepare(sql);
  return statement.step() ? statement.number(0) : 0;
}

std::int64_t Database::rows_changed() const noexcept { return sqlite3_changes(handle_.get()); }

Transaction::Transaction(Database& database) : database_(database) {
  database_.execute("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
  if (open_) database_.roll_back();
}

void Transaction::commit() {
  database_.execute("COMMIT");
  open_ = false;
}

}  // namespace tsctl::history
