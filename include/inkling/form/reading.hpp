#pragma once

#include <inkling/core/config.hpp>
#include <inkling/form/quad.hpp>

#include <optional>
#include <string>
#include <vector>

namespace inkling::inline INKLING_ABI::form {

/// One thing that a cell may hold.
struct Candidate {
  std::string label;       // of one character; "" is the empty cell; a choice's cell has its value
  double probability = 0;  // calibrated; the candidates of a cell add up to at most 1

  bool operator==(const Candidate&) const = default;
};

enum class CellStatus {
  read,
  empty,      // no ink
  crossed,    // a mark that says "nothing here": X, -, or strokes through the box
  corrected,  // struck through, and written again beside or above
  unread      // ink, but nothing that could be read: never the same as empty
};

struct CellReading {
  std::vector<Candidate> candidates = {};  // the most probable first; empty when empty or unread
  CellStatus status = CellStatus::empty;
  Quad place = {};  // in pixels of the template's page
  double ink = 0;   // share of the cell that is covered by ink, 0..1

  bool operator==(const CellReading&) const = default;
};

enum class FieldStatus { read, empty, crossed, corrected, doubtful };

struct FieldReading {
  std::string name;
  std::string text = {};                  // what was decided
  std::optional<std::string> plain = {};  // what the cells say alone, where a rule or a list changed it
  FieldStatus status = FieldStatus::empty;
  double confidence = 0;        // probability that the text is right, calibrated
  std::string changed_by = {};  // the rule, list or person that changed the text; empty: nothing did
  std::string reason = {};      // why it is doubtful; empty unless it is
  std::string decided_by = {};  // the person who decided what it says, the same or another; empty: nobody
  std::vector<CellReading> cells = {};
  std::vector<Candidate> alternatives = {};  // of the whole text, the best first, where it was not read cell by cell
  std::vector<std::vector<FieldReading>> rows = {};  // of a table: its fields by row and column

  bool operator==(const FieldReading&) const = default;
};

/// How well the page lies on its template.
struct RegistrationQuality {
  double residual = 0;  // pixels of the template, root mean square
  double coverage = 0;  // share of the template's page that the residual was measured on, 0..1

  bool operator==(const RegistrationQuality&) const = default;
};

enum class RuleOutcome { holds, broken, unchecked };  // unchecked: a part is empty or unread, and that is not 0

struct RuleResult {
  std::string rule;
  RuleOutcome outcome = RuleOutcome::unchecked;
  std::string reason = {};  // "12 + 115 = 127, got 128"; why it cannot be checked

  bool operator==(const RuleResult&) const = default;
};

enum class PageStatus {
  read,
  doubtful,  // at least one field is, or a rule is broken: held for a look
  refused    // nothing was read: the page fits no template, or no picture could be made of it
};

struct PageReading {
  std::string file;
  int page = 1;           // of the file, from 1
  std::string form = {};  // name of the template that was used; empty: none
  std::string edition = {};
  PageStatus status = PageStatus::refused;
  std::string reason = {};  // empty when read
  std::optional<RegistrationQuality> registration = {};
  std::vector<FieldReading> fields = {};  // in the order of the template
  std::vector<RuleResult> rules = {};

  bool operator==(const PageReading&) const = default;
};

}  // namespace inkling::inline INKLING_ABI::form
