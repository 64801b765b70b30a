#pragma once

#include <inkling/core/config.hpp>
#include <inkling/form/reading_json.hpp>
#include <inkling/form/run/detail/sqlite.hpp>
#include <inkling/form/run/run.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace inkling::inline INKLING_ABI::form::detail {

inline constexpr std::int64_t run_version = 2;  // of the database

/// The columns of decisions in the order of decision_of.
inline std::string decision_columns(std::int64_t version) {
  return std::string("SELECT id, page, field, text, status, by, at, ") + (version < 2 ? "'corrected'" : "kind") +
         " FROM decision";
}

inline Decision decision_of(const Statement& row) {
  return {.page = row.integer(1),
          .field = row.text(2),
          .text = row.text(3),
          .status = field_status(row.text(4)),
          .by = row.text(5),
          .at = row.text(6),
          .kind = decision_kind(row.text(7)),
          .id = row.integer(0)};
}

/// Adds a decision to those about its field that stand; an undo takes away the last.
inline void stand(std::vector<Decision>& standing, const Decision& decision) {
  if (decision.kind != DecisionKind::undo) {
    standing.push_back(decision);
  } else if (!standing.empty()) {
    standing.pop_back();
  }
}

inline void insert_decision(const Database& database, const Decision& decision) {
  database.prepare("INSERT INTO decision (page, field, text, status, by, at, kind) VALUES (?, ?, ?, ?, ?, ?, ?)")
      .bind(1, decision.page)
      .bind(2, decision.field)
      .bind(3, decision.text)
      .bind(4, name_of(decision.status))
      .bind(5, decision.by)
      .bind(6, decision.at)
      .bind(7, name_of(decision.kind))
      .step();
}

}  // namespace inkling::inline INKLING_ABI::form::detail
