#pragma once

#include <inkling/core/config.hpp>
#include <inkling/form/reading.hpp>
#include <inkling/form/template.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace inkling::inline INKLING_ABI::form {

/// A text that a field may hold.
struct TextCandidate {
  std::string text;
  double log_probability = 0;  // nats; of all texts that the cells admit

  bool operator==(const TextCandidate&) const = default;
};

struct TextCandidateOptions {
  std::size_t most = 1000;  // texts
  double depth = 30;        // nats that a text may be less probable than the best

  void check() const;  // throws ValueError that names the first field out of range
};

/// What a field may say, the most probable first: every way to choose a candidate in each cell, cells being
/// independent. A cell that is empty or crossed adds nothing. Fields that were read as a whole have their alternatives.
/// Empty when a cell holds ink that was not read: then nothing is known of the text.
std::vector<TextCandidate> text_candidates(const Field& field, const FieldReading& reading,
                                           const TextCandidateOptions& options = {});

}  // namespace inkling::inline INKLING_ABI::form

#ifndef INKLING_COMPILED
#include <inkling/form/rules/text_candidates.ipp>
#endif
