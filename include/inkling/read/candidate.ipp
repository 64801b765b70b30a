#pragma once

#include <inkling/core/matrix.hpp>
#include <inkling/model/charset.hpp>
#include <inkling/model/class_meaning.hpp>
#include <inkling/model/prior.hpp>
#include <inkling/model/restrict_to.hpp>
#include <inkling/read/candidate.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE std::vector<Candidate> best_candidates(const Matrix& probabilities,
                                                      const std::vector<std::string>& class_names,
                                                      const CandidateOptions& options) {
  const Matrix asked = restrict_to(options.charset, class_names,
                                   options.prior ? with_uniform_prior(probabilities, *options.prior) : probabilities);
  std::vector<Label> order = admitted_classes(options.charset, class_names);
  const std::size_t count = std::min(order.size(), options.candidates);
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), order.end(),
                    [&](Label a, Label b) { return asked(a, 0) != asked(b, 0) ? asked(a, 0) > asked(b, 0) : a < b; });
  order.resize(count);
  const std::vector<ClassMeaning> meanings = class_meanings(class_names);
  std::vector<Candidate> candidates;
  for (const Label label : order) {
    const std::string& shown = options.charset.label(meanings[static_cast<std::size_t>(label)]);
    candidates.push_back({shown, static_cast<double>(asked(label, 0)), label});
  }
  return candidates;
}

}  // namespace inkling::inline INKLING_ABI
