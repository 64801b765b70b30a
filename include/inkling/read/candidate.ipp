#pragma once

#include <inkling/core/matrix.hpp>
#include <inkling/model/charset.hpp>
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
  std::stable_sort(order.begin(), order.end(), [&](Label a, Label b) { return asked(a, 0) > asked(b, 0); });
  order.resize(std::min(order.size(), options.candidates));
  const std::vector<std::string> labels = shown_labels(options.charset, class_names);
  std::vector<Candidate> candidates;
  for (const Label label : order) {
    candidates.push_back({labels[static_cast<std::size_t>(label)], static_cast<double>(asked(label, 0)), label});
  }
  return candidates;
}

}  // namespace inkling::inline INKLING_ABI
