#pragma once

#include <inkling/line/line_image.hpp>
#include <inkling/read/line_opinion.hpp>
#include <inkling/read/pattern.hpp>
#include <inkling/read/sequence_search.hpp>

#include <algorithm>
#include <cmath>

namespace inkling::inline INKLING_ABI {

namespace detail {

/// The line with paper beyond both ends: a 1 that ends at the last column is taken for the edge of the picture.
inline FloatImage with_paper_at_ends(const FloatImage& line) {
  constexpr Index columns = 8;
  FloatImage result(line.width() + 2 * columns, line.height());
  for (Index y = 0; y < line.height(); ++y) std::copy_n(line.row(y), line.width(), result.row(y) + columns);
  return result;
}

}  // namespace detail

INKLING_INLINE LineOpinion::LineOpinion(const GreyImage& picture, const LineModel& model, const CharSet& charset,
                                        const SegmentOptions& options)
    : charset_(charset), class_names_(model.class_names()), admitted_(admitted_classes(charset, class_names_)) {
  const LineImage line = line_image(picture, {.height = model.height(), .segment = options});
  log_probabilities_ = allowed_steps(model.steps(detail::with_paper_at_ends(line.ink)).log_probabilities,
                                     Pattern::any_of(charset), charset, class_names_);
}

INKLING_INLINE std::string LineOpinion::text() const {
  return find_texts(log_probabilities_, Pattern::any_of(charset_), charset_, class_names_, 1).front().text;
}

INKLING_INLINE double LineOpinion::probability(const std::string& text) const {
  std::vector<Label> labels;
  for (const char c : text) {
    const auto label = std::find_if(admitted_.begin(), admitted_.end(), [&](Label admitted) {
      return class_names_[static_cast<std::size_t>(admitted)] == std::string(1, c);
    });
    if (label != admitted_.end()) labels.push_back(*label);
  }
  return std::exp(text_log_probability(log_probabilities_, labels));
}

}  // namespace inkling::inline INKLING_ABI
