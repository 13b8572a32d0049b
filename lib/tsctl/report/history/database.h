#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace tsctl::history {

// A statement of SQLite. Values are bound, never written into the text.
class Statement {
 public:
  Statement(sqlite3* database, const char* sql, std::string path);

  // Binds the parameters ?1, ?2, … in their order.
  template <typename... Values>
  Statement& bind(const Values&... values) {
    reset();
    int index = 0;
    (bind_one(++index, values), ...);
    return *this;
  }

  // Moves to the next row; false at the end. Throws like Database.
  bool step();

  std::string text(int column) const;
  std::string blob(int column) const;
  std::int64_t number(int column) const;
  std::optional<double> real(int column) const;

 private:
  struct Blob {
    std::string_view bytes;
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept;
  };

  void reset() noexcept;
  void bind_one(int index, const std::string& value);
  void bind_one(int index, std::int64_t value);
  void bind_one(int index, const std::optional<double>& value);
  void bind_one(int index, const Blob& value);

  sqlite3* database_;
  std::string path_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;

 public:
  static Blob as_blob(std::string_view bytes) { return {bytes}; }
};

// A file of SQLite. Its functions throw Error{input} for a file that is not a database or is damaged, and
// Error{environment} if it cannot be written or stays locked. Both name the file.
class Database {
 public:
  enum class Open { existing, create };

  Database(const std::string& path, Open mode);

  // Runs statements without values and rows.
  void execute(const char* sql);
  // Undoes the open transaction, if SQLite has not done so already.
  void roll_back() noexcept;
  Statement prepare(const char* sql) { return {handle_.get(), sql, path_}; }
  std::int64_t number_of(const char* sql);
  std::int64_t rows_changed() const noexcept;
  const std::string& path() const noexcept { return path_; }

 private:
  struct Close {
    void operator()(sqlite3* database) const noexcept;
  };

  std::string path_;
  std::unique_ptr<sqlite3, Close> handle_;
};

// A transaction that holds the right to write from its start. The destructor undoes what commit() did not confirm.
class Transaction {
 public:
  explicit Transaction(Database& database);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  void commit();

 private:
  Database& database_;
  bool open_ = true;
};

}  // namespace tsctl::history
