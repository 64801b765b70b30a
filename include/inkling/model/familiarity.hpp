#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/data/dataset.hpp>
#include <inkling/model/charset.hpp>
#include <inkling/model/classifier.hpp>

#include <optional>
#include <string>
#include <vector>

/// Tells characters from what is none: drawings, signs, two characters, a letter where a digit was asked for. A softmax
/// cannot: it says which class, given that it is one.
namespace inkling::inline INKLING_ABI {

/// How much each image resembles the class that it resembles most, of those that may be the answer, in nats: the
/// largest logit over the temperature, which is still there before the softmax divides by the sum (Hendrycks et al.
/// 2022, arXiv:1911.11132). seen: of n images. Result: n values; none for a model that measures no evidence. Throws
/// ShapeError unless seen has a row for each class, ValueError when the set has none of them.
std::optional<Vector> resemblance(const Recognition& seen, const std::vector<std::string>& class_names,
                                  const CharSet& charset = {});

/// How much characters resemble what a model learned: the resemblance of held-out ones.
struct Familiarity {
  std::vector<float> quantiles;  // from the least to the largest, in equal steps; at least two

  bool operator==(const Familiarity&) const = default;

  /// The share of held-out characters that resemble less, in [0, 1].
  double share_below(float resemblance) const;
};

/// Below this share of held-out characters, a picture is called no character: one in a hundred characters is, too.
inline constexpr double least_familiar = 0.01;

/// Whether a picture of this familiarity may well be none of the characters in question. False where nothing was
/// measured.
bool is_unfamiliar(const std::optional<double>& familiarity) noexcept;

/// Measured on characters that the model did not learn from; none for a model that measures no evidence.
/// Throws ValueError without an image, ShapeError for images of another shape.
std::optional<Familiarity> measure_familiarity(const Classifier& model, const Dataset& held_out, int threads = 0);

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/model/familiarity.ipp>
#endif
