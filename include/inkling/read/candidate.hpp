#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/model/charset.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace inkling::inline INKLING_ABI {

/// A character that some ink may be.
struct Candidate {
  std::string label;
  double probability = 0;
  Label index = 0;  // of the class; 0 for a mark, which no model knows
};

struct CandidateOptions {
  CharSet charset = {};                           // what the answer may be
  std::optional<std::vector<double>> prior = {};  // of the model's classes; its influence is taken out
  std::size_t candidates = 5;                     // at most
};

/// What the probabilities of one picture say, the most probable first; of equals the first class. Given the charset,
/// all candidates' probabilities have the sum 1. probabilities: classes x 1.
/// Throws ShapeError unless there is one row a class, ValueError when the charset has none of the classes.
std::vector<Candidate> best_candidates(const Matrix& probabilities, const std::vector<std::string>& class_names,
                                       const CandidateOptions& options = {});

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/read/candidate.ipp>
#endif
