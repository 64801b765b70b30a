#pragma once

#include <inkling/adapt.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/parallel.hpp>
#include <inkling/core/range.hpp>
#include <inkling/core/rng.hpp>
#include <inkling/model/calibration.hpp>
#include <inkling/model/metrics.hpp>
#include <inkling/model/with_classes.hpp>
#include <inkling/nn/training/fine_tuning.hpp>
#include <inkling/nn/training/trainer.hpp>
#include <inkling/recipes.hpp>

#include <algorithm>
#include <array>
#include <numeric>
#include <span>
#include <utility>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE void AdaptOptions::check() const {
  in_range("AdaptOptions::images", images, {0, 1e7});
  in_range("AdaptOptions::learning_rate", learning_rate, {.low = 0, .high = 1000, .above_low = true});
  in_range("AdaptOptions::folds", folds, {0, 1e6});
  if (folds == 1) throw ValueError("AdaptOptions::folds: expected 0, or 2 and more, got 1");
  in_range("AdaptOptions::threads", threads, {0, most_threads});
}

namespace detail {

/// The shares of the way that are tried. The nearest one that is as good as the best is taken.
inline constexpr std::array<double, 5> adaptation_shares{0, 0.25, 0.5, 0.75, 1};

inline void check(const AdaptOptions& options, const nn::NetworkClassifier& model, const Dataset& samples) {
  options.check();
  if (samples.size() == 0) throw ValueError("adapt: there is no sample");
  if (samples.image_shape() != model.input_shape()) {
    throw ShapeError("adapt: the network expects images of " + to_string(model.input_shape()) + ", the samples are " +
                     to_string(samples.image_shape()));
  }
}

/// 1 for each class that the samples have, 0 for the others.
inline std::vector<double> present_classes(const Dataset& samples) {
  std::vector<double> present(static_cast<std::size_t>(samples.num_classes()), 0.0);
  for (const Label label : samples.labels()) present[static_cast<std::size_t>(label)] = 1;
  return present;
}

/// The samples in turn, until there are `count`.
inline Dataset repeat(const Dataset& samples, Index count) {
  std::vector<Index> turns(static_cast<std::size_t>(count));
  for (Index i = 0; i < count; ++i) turns[static_cast<std::size_t>(i)] = i % samples.size();
  return samples.subset(turns);
}

/// Where the training comes to, when all of the way is gone.
inline nn::Network fine_tune(const nn::Network& network, const Dataset& samples, const AdaptOptions& options) {
  constexpr Index epochs = 4;
  nn::Network start = network;
  nn::fix_statistics(start);
  const nn::NetworkOptions fit{.optimizer = nn::AdamW{.learning_rate = options.learning_rate, .weight_decay = 0},
                               .schedule = nn::one_cycle(),
                               .epochs = epochs,
                               .batch = 32,
                               .class_weights = present_classes(samples),
                               .seed = options.seed,
                               .threads = options.threads,
                               .augment = options.augment ? options.augment : handwriting_variation(),
                               .on_progress = options.on_progress};
  const Index images = options.images > 0 ? options.images : std::max<Index>(4000, 10 * samples.size());
  const Dataset shown = repeat(samples, std::max<Index>(1, images / epochs));
  nn::Network tuned = nn::fit_network(std::move(start), shown, fit).network();
  nn::release(tuned);
  return tuned;
}

/// The samples of a fold, and the others. Every class is dealt out in turn, so that folds have the same classes.
inline std::pair<Dataset, Dataset> cut_fold(const Dataset& samples, Index fold, Index folds) {
  std::vector<Index> dealt(static_cast<std::size_t>(samples.num_classes()), 0);
  std::vector<Index> inside;
  std::vector<Index> outside;
  for (Index i = 0; i < samples.size(); ++i) {
    const Index turn = dealt[static_cast<std::size_t>(samples.label(i))]++;
    (turn % folds == fold ? inside : outside).push_back(i);
  }
  return {samples.subset(inside), samples.subset(outside)};
}

/// Of all folds together, by share of the way.
struct FoldResults {
  std::array<double, adaptation_shares.size()> loss{};
  std::array<double, adaptation_shares.size()> right{};
  Index samples = 0;
};

inline void measure_fold(const nn::NetworkClassifier& model, const nn::Network& tuned, const Dataset& held_out,
                         const std::vector<double>& present, int threads, FoldResults& results) {
  for (std::size_t s = 0; s < adaptation_shares.size(); ++s) {
    const nn::NetworkClassifier between(nn::interpolate(model.network(), tuned, adaptation_shares[s]),
                                        model.class_names());
    Matrix logits = between.logits(held_out.pixels(), threads);
    for (std::size_t c = 0; c < present.size(); ++c) {
      if (present[c] == 0) logits.row(static_cast<Index>(c)).setConstant(-1e4F);  // as in its training
    }
    const std::vector<Label> truth = held_out.labels();
    const auto count = static_cast<double>(truth.size());
    results.loss[s] += negative_log_likelihood(logits, truth, model.temperature()) * count;
    results.right[s] += accuracy(truth, best_classes(logits)) * count;
  }
  results.samples += held_out.size();
}

/// Cross-validation. A class with one sample alone is in no fold's training and measurement at once: where every class
/// is like that, there is nothing to measure.
inline FoldResults cross_validate(const nn::NetworkClassifier& model, const Dataset& samples,
                                  const AdaptOptions& options) {
  FoldResults results;
  for (Index fold = 0; fold < options.folds; ++fold) {
    const auto [held_out, rest] = cut_fold(samples, fold, options.folds);
    if (held_out.size() == 0 || rest.size() < held_out.size()) continue;
    const nn::Network tuned = fine_tune(model.network(), rest, options);
    measure_fold(model, tuned, held_out, present_classes(samples), options.threads, results);
  }
  return results;
}

/// The least share whose loss is within a twentieth of the way from the worst to the best.
inline std::size_t choose_share(const FoldResults& results) {
  const auto [best, worst] = std::minmax_element(results.loss.begin(), results.loss.end());
  const double enough = *best + 0.05 * (*worst - *best);
  const auto chosen =
      std::find_if(results.loss.begin(), results.loss.end(), [&](double loss) { return loss <= enough; });
  return static_cast<std::size_t>(chosen - results.loss.begin());
}

}  // namespace detail

INKLING_INLINE Adaptation adapt(const nn::NetworkClassifier& model, const Dataset& samples,
                                const AdaptOptions& options) {
  detail::check(options, model, samples);
  const Dataset labelled = with_classes(samples, model.class_names());
  const detail::FoldResults results = detail::cross_validate(model, labelled, options);
  constexpr double half = 0.5;
  const std::size_t chosen = results.samples > 0 ? detail::choose_share(results) : 0;
  const double share = results.samples > 0 ? detail::adaptation_shares[chosen] : half;
  nn::Network network = model.network();
  if (share > 0) network = nn::interpolate(network, detail::fine_tune(network, labelled, options), share);
  nn::NetworkClassifier adapted(std::move(network), model.class_names());
  adapted.set_temperature(model.temperature());
  Adaptation result{.model = std::move(adapted), .share = share, .samples = samples.size()};
  if (results.samples > 0) {
    const auto all = static_cast<double>(results.samples);
    result.before = results.right.front() / all;
    result.after = results.right[chosen] / all;
  }
  return result;
}

}  // namespace inkling::inline INKLING_ABI
