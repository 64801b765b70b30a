#pragma once

#include <inkling/core/config.hpp>
#include <inkling/form/rules/expression.hpp>
#include <inkling/form/rules/text_candidates.hpp>
#include <inkling/form/rules/value.hpp>

#include <cstddef>
#include <span>
#include <vector>

namespace inkling::inline INKLING_ABI::form {

/// A field as the search sees it: the texts it may hold, the most probable first, and what each is worth.
struct JointField {
  std::vector<TextCandidate> candidates = {};
  std::vector<Value> values = {};  // one for each candidate
  std::size_t plain = 0;           // index of the candidate that the cells say
};

/// A rule and its fields among those of the search, in the order of ParsedRule::fields.
struct JointRule {
  const ParsedRule* rule = nullptr;
  std::vector<std::size_t> fields = {};
};

/// One candidate for each field.
struct Assignment {
  std::vector<std::size_t> choice = {};  // index into the candidates of each field
  double log_probability = 0;            // of all fields, taken as independent

  bool operator==(const Assignment&) const = default;
};

struct JointSearchOptions {
  std::size_t assignments = 64;  // to be found
  double depth = 30;             // nats below the most probable choice that are searched
  double spread = 6;             // nats below the best assignment that satisfies the rules, for the others
  std::size_t steps = 200000;

  void check() const;  // throws ValueError that names the first field out of range
};

struct JointSearchResult {
  std::vector<Assignment> assignments = {};  // that satisfy the rules, the most probable first
  bool complete = true;                      // false when the steps did not suffice
};

/// The most probable assignments that satisfy every rule: a rule that can be checked on what the cells say must hold,
/// and one that cannot must not be broken. Exact within `depth`: best-first search (A*, P. Hart, N. Nilsson and B.
/// Raphael, 1968) whose estimate is, for each rule that is a linear equation, the true cost of closing it, tabulated by
/// dynamic programming over sums. Ties go to the choice that comes first.
JointSearchResult joint_search(std::span<const JointField> fields, std::span<const JointRule> rules,
                               const JointSearchOptions& options = {});

}  // namespace inkling::inline INKLING_ABI::form

#ifndef INKLING_COMPILED
#include <inkling/form/rules/joint_reading.ipp>
#endif
