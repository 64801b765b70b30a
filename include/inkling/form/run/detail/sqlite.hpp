#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <sqlite3.h>
#include <string>
#include <string_view>

namespace inkling::inline INKLING_ABI::form::detail {

/// A prepared statement. Values are bound by position from 1, columns are read by position from 0.
class Statement {
 public:
  Statement(sqlite3* database, const std::filesystem::path& file, std::string_view sql) : file_(file) {
    sqlite3_stmt* raw = nullptr;
    const int code = sqlite3_prepare_v2(database, sql.data(), static_cast<int>(sql.size()), &raw, nullptr);
    statement_.reset(raw);
    if (code != SQLITE_OK) throw FileError(file.string() + ": " + sqlite3_errmsg(database));
  }

  Statement& bind(int at, std::string_view text) {
    sqlite3_bind_text(statement_.get(), at, text.data() == nullptr ? "" : text.data(), static_cast<int>(text.size()),
                      SQLITE_TRANSIENT);
    return *this;
  }
  Statement& bind(int at, std::int64_t number) {
    sqlite3_bind_int64(statement_.get(), at, number);
    return *this;
  }
  Statement& bind(int at, double number) {
    sqlite3_bind_double(statement_.get(), at, number);
    return *this;
  }
  template <typename T>
  Statement& bind(int at, const std::optional<T>& value) {
    if (value) return bind(at, *value);
    sqlite3_bind_null(statement_.get(), at);
    return *this;
  }

  /// True when there is a row, false at the end. Throws FileError with SQLite's reason.
  bool step() {
    const int code = sqlite3_step(statement_.get());
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    throw FileError(file_.string() + ": " + sqlite3_errmsg(sqlite3_db_handle(statement_.get())));
  }
  void reset() {
    sqlite3_reset(statement_.get());
    sqlite3_clear_bindings(statement_.get());
  }

  bool is_null(int column) const { return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL; }
  std::string text(int column) const {
    const auto* bytes = sqlite3_column_text(statement_.get(), column);
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
    return bytes == nullptr ? std::string() : std::string(reinterpret_cast<const char*>(bytes), size);
  }
  std::int64_t integer(int column) const { return sqlite3_column_int64(statement_.get(), column); }
  double real(int column) const { return sqlite3_column_double(statement_.get(), column); }

 private:
  struct Finalise {
    void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
  };
  std::unique_ptr<sqlite3_stmt, Finalise> statement_;
  std::filesystem::path file_;
};

/// An open database.
class Database {
 public:
  Database(const std::filesystem::path& file, bool write) : file_(file) {
    sqlite3* raw = nullptr;
    const int flags = write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
    const int code = sqlite3_open_v2(file.c_str(), &raw, flags | SQLITE_OPEN_EXRESCODE, nullptr);
    database_.reset(raw);
    if (code != SQLITE_OK) {
      throw FileError(file.string() + ": cannot open: " + (raw == nullptr ? "no memory" : sqlite3_errmsg(raw)));
    }
    constexpr int patience = 10000;  // milliseconds that another process may hold the database
    sqlite3_busy_timeout(raw, patience);
  }

  Statement prepare(std::string_view sql) const { return {database_.get(), file_, sql}; }
  void execute(std::string_view sql) const { prepare(sql).step(); }
  std::int64_t last_row() const { return sqlite3_last_insert_rowid(database_.get()); }
  const std::filesystem::path& file() const { return file_; }

 private:
  struct Close {
    void operator()(sqlite3* database) const noexcept { sqlite3_close_v2(database); }
  };
  std::filesystem::path file_;
  std::unique_ptr<sqlite3, Close> database_;
};

/// All or nothing: undone unless committed.
class Transaction {
 public:
  explicit Transaction(const Database& database) : database_(database) { database_.execute("BEGIN IMMEDIATE"); }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction() {
    if (done_) return;
    try {
      database_.execute("ROLLBACK");
    } catch (const Error&) {  // SQLite has undone it by itself, as when the disk is full
    }
  }
  void commit() {
    database_.execute("COMMIT");
    done_ = true;
  }

 private:
  const Database& database_;
  bool done_ = false;
};

}  // namespace inkling::inline INKLING_ABI::form::detail
