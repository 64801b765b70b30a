#pragma once

#include <inkling/core/config.hpp>
#include <inkling/form/reading.hpp>
#include <inkling/form/rules/text_candidates.hpp>
#include <inkling/form/template.hpp>

#include <vector>

namespace inkling::inline INKLING_ABI::form {

/// What the values of a field's list say about its reading.
struct ListMatch {
  std::vector<TextCandidate> candidates = {};  // values, the nearest first; log-probabilities of the posterior
  double outside = 0;                          // probability that something else was written
};

struct ListMatchOptions {
  double written = 0.98;  // share of readings whose text is in the list at all
  double gap = 6;         // nats for a character that has no cell, and for a cell too many
  double edit = 3.5;      // nats for an edit of a text that was read as a whole
  std::size_t most = 50;  // candidates

  void check() const;  // throws ValueError that names the first field out of range
};

/// Compares every value with what the cells may hold, character by character, with room for a cell that was left out or
/// read too many (dynamic programming after S. B. Needleman and C. D. Wunsch, 1970); the written text is a value of the
/// list, all equally likely, or else any text of its length. Capitals and small letters are one unless the field tells
/// them apart (kind lower or letters); a value longer than the field's cells is cut. `field.list` must be there.
ListMatch match_list(const Field& field, const FieldReading& reading, const ListMatchOptions& options = {});

}  // namespace inkling::inline INKLING_ABI::form

#ifndef INKLING_COMPILED
#include <inkling/form/rules/value_list.ipp>
#endif
