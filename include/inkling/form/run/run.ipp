#pragma once

#include <inkling/core/error.hpp>
#include <inkling/form/reading_json.hpp>
#include <inkling/form/rules/apply_rules.hpp>
#include <inkling/form/run/detail/decision_rows.hpp>
#include <inkling/form/run/detail/sqlite.hpp>
#include <inkling/form/run/run.hpp>
#include <inkling/form/template_file.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <map>
#include <string>
#include <sys/file.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace inkling::inline INKLING_ABI::form {

namespace detail {

inline constexpr std::array<std::string_view, 5> decision_kind_names{"accepted", "corrected", "blank", "undo",
                                                                     "second"};

/// Held by the process that adds pages. The system lets go of it when the process ends, however that happens.
class RunLock {
 public:
  explicit RunLock(const std::filesystem::path& folder) {
    const std::filesystem::path file = folder / "run.lock";
    number_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (number_ < 0) {
      throw FileError(file.string() + ": cannot create: " + std::generic_category().message(errno));
    }
    if (::flock(number_, LOCK_EX | LOCK_NB) == 0) return;
    const bool taken = errno == EWOULDBLOCK;
    const std::string reason = std::generic_category().message(errno);
    ::close(number_);
    throw FileError(folder.string() + ": " +
                    (taken ? "another process adds pages to this run" : "cannot lock: " + reason));
  }
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;
  ~RunLock() { ::close(number_); }

 private:
  int number_ = -1;
};

inline constexpr std::string_view run_tables[] = {
    "CREATE TABLE origin (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "CREATE TABLE template (name TEXT PRIMARY KEY, text TEXT NOT NULL, folder TEXT NOT NULL)",
    "CREATE TABLE page (id INTEGER PRIMARY KEY, file TEXT NOT NULL, hash TEXT NOT NULL, page INTEGER NOT NULL,"
    " form TEXT NOT NULL, edition TEXT NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL,"
    " residual REAL, coverage REAL, rules TEXT NOT NULL, picture TEXT NOT NULL, duplicate_of TEXT NOT NULL,"
    " UNIQUE (file, hash, page))",
    "CREATE INDEX page_by_hash ON page (hash, page)",
    "CREATE TABLE field (page INTEGER NOT NULL REFERENCES page (id), position INTEGER NOT NULL, name TEXT NOT NULL,"
    " text TEXT NOT NULL, plain TEXT, status TEXT NOT NULL, confidence REAL NOT NULL, changed_by TEXT NOT NULL,"
    " reason TEXT NOT NULL, cells TEXT NOT NULL, PRIMARY KEY (page, position)) WITHOUT ROWID",
    "CREATE TABLE decision (id INTEGER PRIMARY KEY, page INTEGER NOT NULL REFERENCES page (id), field TEXT NOT NULL,"
    " text TEXT NOT NULL, status TEXT NOT NULL, by TEXT NOT NULL, at TEXT NOT NULL)",
    "CREATE INDEX decision_by_page ON decision (page)",
    "CREATE TRIGGER decisions_stay BEFORE UPDATE ON decision"
    " BEGIN SELECT RAISE(ABORT, 'decisions are added, never changed'); END",
    "CREATE TRIGGER decisions_last BEFORE DELETE ON decision"
    " BEGIN SELECT RAISE(ABORT, 'decisions are added, never removed'); END"};

/// What version 2 added: kinds of decisions, and fields that are in somebody's hands (until: seconds since 1970).
inline constexpr std::string_view run_tables_2[] = {
    "ALTER TABLE decision ADD COLUMN kind TEXT NOT NULL DEFAULT 'corrected'",
    "CREATE TABLE claim (page INTEGER NOT NULL REFERENCES page (id), field TEXT NOT NULL, by TEXT NOT NULL,"
    " until INTEGER NOT NULL, PRIMARY KEY (page, field)) WITHOUT ROWID"};

inline std::int64_t version_of(const Database& database) {
  Statement version = database.prepare("PRAGMA user_version");
  version.step();
  return version.integer(0);
}

/// Makes the tables that are missing. A database of a later version stays as it is.
inline void make_run(const Database& database) {
  Transaction transaction(database);
  const std::int64_t version = version_of(database);  // another process may have been faster
  if (version == 0) {
    for (const std::string_view table : run_tables) database.execute(table);
  }
  if (version < run_version) {
    for (const std::string_view table : run_tables_2) database.execute(table);
    database.execute("PRAGMA user_version = " + std::to_string(run_version));
  }
  transaction.commit();
}

}  // namespace detail

INKLING_INLINE std::string_view name_of(DecisionKind kind) noexcept {
  return detail::decision_kind_names[static_cast<std::size_t>(kind)];
}
INKLING_INLINE DecisionKind decision_kind(std::string_view name) {
  const auto& names = detail::decision_kind_names;
  const auto found = std::find(names.begin(), names.end(), name);
  if (found != names.end()) return static_cast<DecisionKind>(found - names.begin());
  throw FormatError("expected accepted, corrected, blank, undo or second, got '" + std::string(name) + "'");
}

INKLING_INLINE std::vector<Decision> standing(const std::vector<Decision>& decisions) {
  std::vector<Decision> stack;
  for (const Decision& decision : decisions) detail::stand(stack, decision);
  return stack;
}

struct Run::Parts {
  std::filesystem::path folder;
  std::unique_ptr<detail::RunLock> lock;
  detail::Database database;
  std::int64_t version = detail::run_version;

  StoredPage stored(detail::Statement& row) const {
    StoredPage page{.id = row.integer(0),
                    .key = {.file = row.text(1), .hash = row.text(2), .page = static_cast<int>(row.integer(3))},
                    .reading = {}};
    page.reading.file = page.key.file;
    page.reading.page = page.key.page;
    page.reading.form = row.text(4);
    page.reading.edition = row.text(5);
    page.reading.status = page_status(row.text(6));
    page.reading.reason = row.text(7);
    if (!row.is_null(8))
      page.reading.registration = RegistrationQuality{.residual = row.real(8), .coverage = row.real(9)};
    parse_rules(row.text(10), page.reading);
    page.picture = row.text(11);
    page.duplicate_of = row.text(12);
    detail::Statement fields = database.prepare(
        "SELECT name, text, plain, status, confidence, changed_by, reason, cells FROM field WHERE page = ? ORDER BY "
        "position");
    fields.bind(1, page.id);
    while (fields.step()) {
      FieldReading field{.name = fields.text(0), .text = fields.text(1)};
      if (!fields.is_null(2)) field.plain = fields.text(2);
      field.status = field_status(fields.text(3));
      field.confidence = fields.real(4);
      field.changed_by = fields.text(5);
      field.reason = fields.text(6);
      parse_cells(fields.text(7), field);
      page.reading.fields.push_back(std::move(field));
    }
    return page;
  }
};

INKLING_INLINE Run::Run(const std::filesystem::path& folder, Access access) {
  const std::filesystem::path file = folder / "run.sqlite";
  std::unique_ptr<detail::RunLock> lock;
  if (access == Access::add) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) throw FileError(folder.string() + ": cannot make the folder: " + error.message());
    lock = std::make_unique<detail::RunLock>(folder);
  } else if (!std::filesystem::exists(file)) {
    throw FileError(folder.string() + ": is no run: there is no run.sqlite in it");
  }
  detail::Database database(file, access != Access::read);
  if (access == Access::add) {
    database.execute("PRAGMA journal_mode = DELETE");
    database.execute("PRAGMA synchronous = FULL");
    detail::make_run(database);
  }
  std::int64_t version = detail::version_of(database);
  if (access == Access::decide && version == 1) {
    detail::make_run(database);
    version = detail::version_of(database);
  }
  if (version < 1 || version > detail::run_version) {
    throw FormatError(file.string() + ": expected a run of version " + std::to_string(detail::run_version) +
                      ", got version " + std::to_string(version));
  }
  database.execute("PRAGMA foreign_keys = ON");
  parts_ = std::make_unique<Parts>(Parts{folder, std::move(lock), std::move(database), version});
}

INKLING_INLINE Run::Run(Run&&) noexcept = default;
INKLING_INLINE Run& Run::operator=(Run&&) noexcept = default;
INKLING_INLINE Run::~Run() = default;

INKLING_INLINE const std::filesystem::path& Run::folder() const noexcept {
  return parts_->folder;
}

INKLING_INLINE void Run::add_template(const FormTemplate& form) {
  const std::string text = template_text(form);
  detail::Statement find = parts_->database.prepare("SELECT text FROM template WHERE name = ?");
  find.bind(1, form.name);
  if (find.step()) {
    if (find.text(0) == text) return;
    throw ValueError(parts_->folder.string() + ": this run was begun with another template of the name '" + form.name +
                     "'; pages read by two are not mixed, so use another run");
  }
  find.reset();
  parts_->database.prepare("INSERT INTO template VALUES (?, ?, ?)")
      .bind(1, form.name)
      .bind(2, text)
      .bind(3, form.folder)
      .step();
}

INKLING_INLINE std::vector<FormTemplate> Run::templates() const {
  std::vector<FormTemplate> forms;
  detail::Statement rows = parts_->database.prepare("SELECT text, folder FROM template ORDER BY rowid");
  while (rows.step()) {
    forms.push_back(parse_template(rows.text(0), (parts_->folder / "run.sqlite").string()).form);
    forms.back().folder = rows.text(1);
  }
  return forms;
}

INKLING_INLINE void Run::set_origin(const std::string& name, const std::string& value) {
  const auto old = origin(name);
  if (old == value) return;
  if (old) {
    throw ValueError(parts_->folder.string() + ": this run was begun with the " + name + " " + *old + ", not " + value +
                     "; readings of two are not mixed, so use another run");
  }
  parts_->database.prepare("INSERT INTO origin VALUES (?, ?)").bind(1, name).bind(2, value).step();
}

INKLING_INLINE std::optional<std::string> Run::origin(const std::string& name) const {
  detail::Statement find = parts_->database.prepare("SELECT value FROM origin WHERE name = ?");
  find.bind(1, name);
  return find.step() ? std::optional(find.text(0)) : std::nullopt;
}

namespace detail {

inline constexpr std::string_view page_columns =
    "SELECT id, file, hash, page, form, edition, status, reason, residual, coverage, rules, picture, duplicate_of FROM "
    "page ";

}  // namespace detail

INKLING_INLINE bool Run::has(const PageKey& key) const {
  detail::Statement find = parts_->database.prepare("SELECT 1 FROM page WHERE file = ? AND hash = ? AND page = ?");
  find.bind(1, key.file).bind(2, key.hash).bind(3, std::int64_t{key.page});
  return find.step();
}

INKLING_INLINE std::optional<StoredPage> Run::twin(const PageKey& key) const {
  detail::Statement find =
      parts_->database.prepare(std::string(detail::page_columns) +
                               "WHERE hash = ? AND page = ? AND file <> ? AND duplicate_of = '' ORDER BY id");
  find.bind(1, key.hash).bind(2, std::int64_t{key.page}).bind(3, key.file);
  if (!find.step()) return std::nullopt;
  return parts_->stored(find);
}

INKLING_INLINE std::int64_t Run::add(const PageKey& key, const PageReading& reading, const std::string& picture,
                                     const std::string& duplicate_of) {
  if (has(key)) throw ValueError(key.file + ", page " + std::to_string(key.page) + ": is in the run already");
  const detail::Database& database = parts_->database;
  detail::Transaction transaction(database);
  std::optional<double> residual, coverage;
  if (reading.registration) {
    residual = reading.registration->residual;
    coverage = reading.registration->coverage;
  }
  database
      .prepare(
          "INSERT INTO page (file, hash, page, form, edition, status, reason, residual, coverage, rules, picture, "
          "duplicate_of)"
          " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .bind(1, key.file)
      .bind(2, key.hash)
      .bind(3, std::int64_t{key.page})
      .bind(4, reading.form)
      .bind(5, reading.edition)
      .bind(6, name_of(reading.status))
      .bind(7, reading.reason)
      .bind(8, residual)
      .bind(9, coverage)
      .bind(10, rules_text(reading))
      .bind(11, picture)
      .bind(12, duplicate_of)
      .step();
  const std::int64_t page = database.last_row();
  detail::Statement insert = database.prepare("INSERT INTO field VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  for (std::size_t i = 0; i < reading.fields.size(); ++i) {
    const FieldReading& field = reading.fields[i];
    insert.reset();
    insert.bind(1, page)
        .bind(2, static_cast<std::int64_t>(i))
        .bind(3, field.name)
        .bind(4, field.text)
        .bind(6, name_of(field.status))
        .bind(7, field.confidence)
        .bind(8, field.changed_by)
        .bind(9, field.reason)
        .bind(10, cells_text(field));
    if (field.plain) insert.bind(5, *field.plain);
    insert.step();
  }
  transaction.commit();
  return page;
}

INKLING_INLINE std::int64_t Run::add(const Decision& decision) {
  detail::Statement find = parts_->database.prepare("SELECT 1 FROM field WHERE page = ? AND name = ?");
  find.bind(1, decision.page).bind(2, decision.field);
  if (!find.step()) {
    throw ValueError("page " + std::to_string(decision.page) + " of the run has no field '" + decision.field + "'");
  }
  find.reset();
  detail::insert_decision(parts_->database, decision);
  return parts_->database.last_row();
}

INKLING_INLINE std::vector<Decision> Run::decisions(std::int64_t page) const {
  std::vector<Decision> decisions;
  detail::Statement rows =
      parts_->database.prepare(detail::decision_columns(parts_->version) + " WHERE page = ? ORDER BY id");
  rows.bind(1, page);
  while (rows.step()) decisions.push_back(detail::decision_of(rows));
  return decisions;
}

INKLING_INLINE StoredPage Run::page(std::int64_t id) const {
  detail::Statement row = parts_->database.prepare(std::string(detail::page_columns) + "WHERE id = ?");
  row.bind(1, id);
  if (!row.step()) throw ValueError("the run has no page " + std::to_string(id));
  return parts_->stored(row);
}

INKLING_INLINE void Run::for_each_page(const std::function<void(const StoredPage&)>& work) const {
  detail::Statement rows = parts_->database.prepare(std::string(detail::page_columns) + "ORDER BY file, page, hash");
  while (rows.step()) work(parts_->stored(rows));
}

INKLING_INLINE RunCounts Run::counts() const {
  RunCounts counts;
  detail::Statement rows = parts_->database.prepare("SELECT status, count(*) FROM page GROUP BY status");
  while (rows.step()) {
    const auto count = static_cast<std::size_t>(rows.integer(1));
    counts.pages += count;
    switch (page_status(rows.text(0))) {
      case PageStatus::read:
        counts.read = count;
        break;
      case PageStatus::doubtful:
        counts.doubtful = count;
        break;
      case PageStatus::refused:
        counts.refused = count;
        break;
    }
  }
  return counts;
}

INKLING_INLINE std::size_t Run::merge(const Run& other) {
  for (const FormTemplate& form : other.templates()) add_template(form);
  {
    detail::Statement rows = other.parts_->database.prepare("SELECT name, value FROM origin");
    while (rows.step()) set_origin(rows.text(0), rows.text(1));
  }
  std::size_t added = 0;
  other.for_each_page([&](const StoredPage& page) {
    if (has(page.key)) return;
    if (!page.picture.empty()) {
      const std::filesystem::path target = parts_->folder / page.picture;
      std::error_code error;
      std::filesystem::create_directories(target.parent_path(), error);
      std::filesystem::copy_file(other.parts_->folder / page.picture, target,
                                 std::filesystem::copy_options::overwrite_existing, error);
      if (error) throw FileError(target.string() + ": cannot copy the picture: " + error.message());
    }
    const std::int64_t id = add(page.key, page.reading, page.picture, page.duplicate_of);
    for (Decision decision : other.decisions(page.id)) {
      decision.page = id;
      add(decision);
    }
    ++added;
  });
  return added;
}

namespace detail {

/// Puts a joined field together anew where a person decided a part of it.
inline void join_again(const JoinedField& joined, PageReading& page) {
  FieldReading* whole = nullptr;
  bool decided = false;
  for (FieldReading& field : page.fields) {
    const bool is_part = std::find(joined.fields.begin(), joined.fields.end(), field.name) != joined.fields.end();
    if (field.name == joined.name) whole = &field;
    decided = decided || (is_part && !field.decided_by.empty());
  }
  if (whole != nullptr && decided && whole->decided_by.empty()) *whole = joined_reading(joined, page);
}

}  // namespace detail

INKLING_INLINE PageReading decided(const PageReading& reading, const std::vector<Decision>& decisions,
                                   const FormTemplate* form) {
  PageReading page = reading;
  std::map<std::string, std::vector<Decision>> by_field;
  for (const Decision& decision : decisions) by_field[decision.field].push_back(decision);
  for (FieldReading& field : page.fields) {
    const auto about = by_field.find(field.name);
    if (about == by_field.end()) continue;
    std::vector<Decision> stand = standing(about->second);
    std::erase_if(stand, [](const Decision& decision) { return decision.kind == DecisionKind::second; });
    if (stand.empty()) continue;
    const Decision& last = stand.back();
    if (last.text != field.text) {
      if (!field.plain) field.plain = field.text;
      field.changed_by = last.by;
    }
    field.text = last.text;
    field.status = last.status;
    field.confidence = 1;
    field.decided_by = last.by;
    field.reason.clear();
  }
  if (decisions.empty() || form == nullptr) return page;
  for (const JoinedField& joined : form->joined) detail::join_again(joined, page);
  check_rules(*form, compile_rules(*form), page, 0);
  return page;
}

}  // namespace inkling::inline INKLING_ABI::form
