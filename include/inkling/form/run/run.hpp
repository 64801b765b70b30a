#pragma once

#include <inkling/core/config.hpp>
#include <inkling/form/reading.hpp>
#include <inkling/form/template.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace inkling::inline INKLING_ABI::form {

/// A page of the input: where it was found and what it is. The same content under two names is two pages.
struct PageKey {
  std::string file;  // as given
  std::string hash;  // of the file's bytes, see sha256
  int page = 1;      // of the file, from 1
};

enum class DecisionKind {
  accepted,   // what was read is right
  corrected,  // it says something else
  blank,      // nothing is written there
  undo,       // takes back the last decision about the field that stands
  second      // what a second typist read, who was not shown the first reading; changes nothing by itself
};

/// What somebody or something decided about a field. Decisions are added, never changed.
struct Decision {
  std::int64_t page = 0;  // StoredPage::id
  std::string field = {};
  std::string text = {};
  FieldStatus status = FieldStatus::read;
  std::string by = {};  // who: a person's name, a program's
  std::string at = {};  // when: 2026-11-29T10:00:00Z
  DecisionKind kind = DecisionKind::corrected;
  std::int64_t id = 0;  // given by the run, ascending

  bool operator==(const Decision&) const = default;
};

/// "accepted", and back. Throws FormatError for a name that is none.
std::string_view name_of(DecisionKind kind) noexcept;
DecisionKind decision_kind(std::string_view name);

/// The decisions about one field that no undo took back, of all about it, the oldest first.
std::vector<Decision> standing(const std::vector<Decision>& decisions);

struct StoredPage {
  std::int64_t id = 0;
  PageKey key;
  PageReading reading;            // as it was read; see decided
  std::string picture = {};       // of the registered page, in the run's folder; empty: none
  std::string duplicate_of = {};  // the file that held the same content before; empty: none
};

struct RunCounts {
  std::size_t pages = 0;
  std::size_t read = 0;
  std::size_t doubtful = 0;  // held
  std::size_t refused = 0;
};

/// A run: a folder with run.sqlite (pages, fields, decisions, the templates as used) and pictures of registered pages.
/// Pages are added one by one, each whole or not at all, so a run may be killed at any moment and taken up again. The
/// database keeps a rollback journal rather than a write-ahead log: at rest it is one file that can be copied, and it
/// works on network folders; one page a transaction is seldom enough.
///
/// One process at a time may add pages; others may read meanwhile and add decisions. Needs SQLite (inkling::form).
class Run {
 public:
  enum class Access { read, decide, add };

  /// Opens a run; `add` makes it when there is none, and holds it against other processes that add. Throws FileError
  /// when there is none, when another process adds to it, when the disk refuses; FormatError when its version is
  /// unknown.
  Run(const std::filesystem::path& folder, Access access);
  Run(Run&&) noexcept;
  Run& operator=(Run&&) noexcept;
  ~Run();

  const std::filesystem::path& folder() const noexcept;

  /// Keeps a template as used. Throws ValueError when the run was begun with another template of this name: pages read
  /// by two must not be mixed.
  void add_template(const FormTemplate& form);
  std::vector<FormTemplate> templates() const;

  /// Keeps what the pages were read with, such as the file of the model. Throws ValueError when the run has another
  /// value.
  void set_origin(const std::string& name, const std::string& value);
  std::optional<std::string> origin(const std::string& name) const;

  bool has(const PageKey& key) const;
  /// The page of the same content that was read before under another name.
  std::optional<StoredPage> twin(const PageKey& key) const;
  /// Adds a page, whole or not at all. Throws ValueError when it is there already.
  std::int64_t add(const PageKey& key, const PageReading& reading, const std::string& picture = {},
                   const std::string& duplicate_of = {});

  /// Adds a decision and returns its id. Throws ValueError for a page or field that is not there.
  std::int64_t add(const Decision& decision);
  /// Of one page, the oldest first.
  std::vector<Decision> decisions(std::int64_t page) const;

  /// One page. Throws ValueError when there is none of this id.
  StoredPage page(std::int64_t id) const;
  /// Every page, ordered by file and page whatever the order they were added in, one at a time.
  void for_each_page(const std::function<void(const StoredPage&)>& work) const;
  RunCounts counts() const;

  /// Takes in the pages, templates and decisions of another run, such as a shard. Pages that are there already are left
  /// as they are; returns how many were new. Pictures are copied. Throws ValueError when templates or origins differ.
  std::size_t merge(const Run& other);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

/// The page with its decisions: of those about a field that stand, the last one but second keys is what it says. Each
/// changes its own field and the fields joined from it (FormTemplate::joined), and nothing else. Rules are checked
/// again on what was decided, and the status follows; nothing is read anew.
PageReading decided(const PageReading& reading, const std::vector<Decision>& decisions, const FormTemplate* form);

}  // namespace inkling::inline INKLING_ABI::form

#ifndef INKLING_COMPILED
#include <inkling/form/run/run.ipp>
#endif
