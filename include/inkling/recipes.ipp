#pragma once

#include <inkling/core/collective.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/parallel.hpp>
#include <inkling/core/range.hpp>
#include <inkling/core/rng.hpp>
#include <inkling/data/distortion.hpp>
#include <inkling/data/found_ink.hpp>
#include <inkling/data/pen.hpp>
#include <inkling/features/hog.hpp>
#include <inkling/forest/fit_forest.hpp>
#include <inkling/forest/random_forest.hpp>
#include <inkling/io/file_lock.hpp>
#include <inkling/io/model/checkpoint.hpp>
#include <inkling/model/calibration.hpp>
#include <inkling/model/metrics.hpp>
#include <inkling/nn/zoo.hpp>
#include <inkling/normalise/normalise.hpp>
#include <inkling/recipes.hpp>
#include <inkling/svm/choose_c.hpp>
#include <inkling/svm/fit_svm.hpp>
#include <inkling/svm/linear_svm.hpp>

#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <span>
#include <utility>
#include <variant>
#include <vector>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE void RecipeOptions::check() const {
  if (epochs) in_range("RecipeOptions::epochs", *epochs, {1, 1e6});
  in_range("RecipeOptions::max_leaves", max_leaves, {});
  if (c) in_range("RecipeOptions::c", *c, {.low = 0, .high = 1e6, .above_low = true});
  in_range("RecipeOptions::found_ink", found_ink, {0, 1});
  in_range("RecipeOptions::also_times", also_times, {0, 1e6});
  in_range("RecipeOptions::threads", threads, {0, most_threads});
}

namespace detail {

/// A few thousand images are a first try, which should end within a minute; many teach as much in fewer epochs.
inline Index epochs_for(ModelKind kind, Index samples) {
  if (samples < 20'000) return 12;
  return kind == ModelKind::cnn && samples > 100'000 ? 16 : 24;
}

/// What a model learns from, and what it is chosen and calibrated on. Too few images leave nothing for the latter.
inline std::pair<Dataset, Dataset> hold_out(const Dataset& data, std::uint64_t seed) {
  constexpr double share = 0.05;
  return data.stratified_split(share, seed);
}

/// Two parts at random; of an odd number the second is larger by one.
inline std::pair<Dataset, Dataset> halves(const Dataset& data, std::uint64_t seed) {
  const Dataset mixed = data.shuffled(seed);
  std::vector<Index> second(static_cast<std::size_t>(data.size() - data.size() / 2));
  std::iota(second.begin(), second.end(), data.size() / 2);
  return {mixed.take(data.size() / 2), mixed.subset(second)};
}

/// Fits the model's temperature to its scores of what was held out; does nothing without samples.
inline void calibrate_recipe(Classifier& model, const Matrix& scores, const Dataset& held_out) {
  if (held_out.size() > 0) model.set_temperature(fit_temperature(scores, held_out.labels()));
}

/// How often the model is right on samples that decided nothing about its weights; nothing without samples. A
/// temperature changes no answer, so that images which it was fitted to may be among them.
inline std::optional<MeasuredAccuracy> accuracy_held_out(const std::vector<Label>& predicted, const Dataset& unseen) {
  if (unseen.size() == 0) return std::nullopt;
  return MeasuredAccuracy{accuracy(unseen.labels(), predicted), unseen.size(), "held out"};
}

inline std::optional<MeasuredAccuracy> accuracy_out_of_bag(const RandomForest& forest) {
  const auto& confusion = forest.out_of_bag_confusion();
  if (!confusion) return std::nullopt;
  return MeasuredAccuracy{confusion->accuracy(), confusion->samples(), "out of bag"};
}

/// "192,946"
inline std::string with_thousands(Index number) {
  std::string text = std::to_string(number);
  for (auto i = static_cast<std::ptrdiff_t>(text.size()) - 3; i > 0; i -= 3) {
    text.insert(static_cast<std::size_t>(i), 1, ',');
  }
  return text;
}

/// CRC-32 of one piece of memory after another.
class Checksum {
 public:
  void add(const void* bytes, std::size_t size) { sum_ = crc32_z(sum_, static_cast<const Bytef*>(bytes), size); }
  std::string text() const {
    char text[16];
    std::snprintf(text, sizeof text, "%08lx", sum_);
    return text;
  }

 private:
  uLong sum_ = crc32(0, nullptr, 0);
};

/// Of pixels, labels and class names, in their order.
inline std::string checksum(const Dataset& data) {
  Checksum sum;
  for (Index i = 0; i < data.size(); ++i) sum.add(data.image(i).data(), data.image(i).size());
  const std::vector<Label> labels = data.labels();
  sum.add(labels.data(), labels.size() * sizeof(Label));
  for (const std::string& name : data.class_names()) sum.add(name.c_str(), name.size() + 1);
  return sum.text();
}

inline std::string checksum(const nn::Network& network) {
  Checksum sum;
  for (const nn::Parameter<float>* parameter : network.parameters()) {
    sum.add(parameter->value.data(), static_cast<std::size_t>(parameter->value.size()) * sizeof(float));
  }
  return sum.text();
}

/// Every image changed, by random numbers of its own.
inline Pixels changed(const Dataset& data, const Augmentation& change, std::uint64_t seed, int threads) {
  const Index size = data.image_shape().size();
  Pixels pixels(size, data.size());
  parallel_for(data.size(), threads, [&](Index i, int) {
    Rng rng(derive_seed(seed, {static_cast<std::uint64_t>(i)}));
    std::vector<float> values(static_cast<std::size_t>(size));
    nn::to_unit_range(data.image(i).data(), size, values.data());
    change(values, data.image_shape(), rng);
    for (Index k = 0; k < size; ++k) {
      pixels(k, i) = static_cast<std::uint8_t>(std::lround(255 * values[static_cast<std::size_t>(k)]));
    }
  });
  return pixels;
}

/// The training images, and after them those of `also` as often as they count: the first time as they are, then as
/// `vary` makes them, if it is given.
inline Dataset with_more(const Dataset& train, const RecipeOptions& options, const Augmentation& vary = {}) {
  if (!options.also || options.also->size() == 0) return train;
  const Dataset& also = *options.also;
  if (also.image_shape() != train.image_shape() || also.class_names() != train.class_names()) {
    throw ShapeError("train_model: `also` has other images or classes than the data");
  }
  Pixels pixels(train.image_shape().size(), train.size() + options.also_times * also.size());
  pixels.leftCols(train.size()) = train.pixels();
  std::vector<Label> labels = train.labels();
  const std::vector<Label> more = also.labels();
  for (Index turn = 0; turn < options.also_times; ++turn) {
    pixels.middleCols(train.size() + turn * also.size(), also.size()) =
        vary && turn > 0
            ? changed(also, vary, derive_seed(options.seed, {static_cast<std::uint64_t>(turn)}), options.threads)
            : also.pixels();
    labels.insert(labels.end(), more.begin(), more.end());
  }
  return Dataset(train.image_shape(), std::move(pixels), std::move(labels), train.class_names());
}

/// What decides the bits of a network, for its checkpoints: model, epochs, seed, and the images it learns from.
inline CheckpointNotes recipe_notes(ModelKind kind, const Dataset& data, Index epochs, const RecipeOptions& options) {
  const std::string more =
      options.also ? " and " + std::to_string(options.also_times) + " times " + checksum(*options.also) : "";
  return {{"model", model_name(kind)},
          {"epochs", std::to_string(epochs)},
          {"seed", std::to_string(options.seed)},
          {"found_ink", std::to_string(options.found_ink)},
          {"start", options.start ? checksum(*options.start) : "new"},
          {"teacher", options.teacher ? checksum(*options.teacher) : "none"},
          {"data", with_thousands(data.size()) + " images (CRC-32 " + checksum(data) + ")" + more}};
}

/// The run so far, when there is a checkpoint to go on from.
inline nn::TrainingState initial_state(nn::Network network, const RecipeOptions& options,
                                       const CheckpointNotes& notes) {
  if (!options.resume || !std::filesystem::exists(options.checkpoint)) return {.network = std::move(network)};
  require_checkpoint_notes(options.checkpoint, notes);
  return load_checkpoint(options.checkpoint);
}

/// Fewer in the last epochs, and no other variation: the network settles on what images really look like.
inline void use_found_ink(float share, const Dataset& train, nn::NetworkOptions& fit) {
  fit.augment = found_variation(train, share, /*distort=*/true);
  fit.augment_after = found_variation(train, 0.4F * share, /*distort=*/false);
  fit.augment_until = 0.6;
}

/// A trained network takes smaller steps, for what it knows is worth keeping.
inline void continue_from(const nn::Network& start, nn::Network& network, nn::NetworkOptions& fit) {
  if (start.input_shape() != network.input_shape() || start.output_shape() != network.output_shape()) {
    throw ShapeError("train_model: expected a network from " + to_string(network.input_shape()) + " to " +
                     to_string(network.output_shape()) + " to begin as, got one from " +
                     to_string(start.input_shape()) + " to " + to_string(start.output_shape()));
  }
  network = start;
  std::get<nn::AdamW>(fit.optimizer).learning_rate = 1e-3;
  fit.schedule = nn::one_cycle({.peak_at = 0.15});
  fit.epochs = std::min<Index>(fit.epochs, 8);
}

inline TrainedModel train_network(ModelKind kind, const Dataset& data, const RecipeOptions& options) {
  const auto [kept, held_out] = hold_out(data, options.seed);
  const Dataset train = with_more(kept, options);
  auto [network, fit] = network_recipe(kind, train, options.seed);
  if (options.found_ink > 0) use_found_ink(static_cast<float>(options.found_ink), kept, fit);
  if (options.start) continue_from(*options.start, network, fit);
  if (options.teacher) {
    fit.teacher = &*options.teacher;
    fit.label_smoothing = 0;  // it says better what resembles what
  }
  if (options.epochs) fit.epochs = *options.epochs;
  // One half chooses the epoch, the other tells how good the choice is: on the first it looks better than it is.
  const auto [unseen, chooses] = halves(held_out, options.seed);
  if (chooses.size() > 0) fit.validation = chooses;
  fit.threads = options.threads;
  fit.on_progress = options.on_progress;
  fit.stop = options.stop;
  fit.ranks = options.ranks;
  CheckpointNotes notes;
  std::optional<FileLock> lock;
  if (!options.checkpoint.empty()) {
    notes = recipe_notes(kind, data, fit.epochs, options);
    if (options.ranks == nullptr || options.ranks->rank() == 0) {
      lock.emplace(options.checkpoint);
      fit.on_checkpoint = [&](const nn::TrainingState& state) { save_checkpoint(state, options.checkpoint, notes); };
    }
  }
  auto model = std::make_unique<nn::NetworkClassifier>(
      nn::fit_network(initial_state(std::move(network), options, notes), train, fit));
  calibrate_recipe(*model, model->logits(held_out.pixels(), options.threads), held_out);
  const auto accuracy = accuracy_held_out(model->predict(unseen.pixels(), options.threads), unseen);
  std::optional<Familiarity> familiarity;
  if (held_out.size() > 0) familiarity = measure_familiarity(*model, held_out, options.threads);
  return {std::move(model), accuracy, std::move(familiarity)};
}

inline SvmOptions svm_options(const RecipeOptions& options) {
  SvmOptions fit = svm_recipe();
  if (options.c) fit.c = *options.c;
  if (options.epochs) fit.max_passes = *options.epochs;
  fit.seed = options.seed;
  fit.threads = options.threads;
  fit.ranks = options.ranks;
  return fit;
}

/// What learns from features gets: the images, found ones, and more.
inline Dataset features_part(Dataset data, const RecipeOptions& options) {
  return with_more(with_found_ink(data, options.found_ink, options.seed, options.threads), options,
                   handwriting_variation());
}

/// The same of all but what is held out, which shares no pixels with it.
inline std::pair<Dataset, Dataset> features_parts(Dataset data, const RecipeOptions& options) {
  const auto [kept, held_out] = hold_out(data, options.seed);
  return {features_part(kept, options),
          Dataset(held_out.image_shape(), held_out.pixels(), held_out.labels(), held_out.class_names())};
}

inline TrainedModel train_svm(Dataset data, const RecipeOptions& options) {
  auto [train, held_out] = features_parts(std::move(data), options);
  SvmOptions fit = svm_options(options);
  fit.on_progress = options.on_progress;
  auto model = std::make_unique<LinearSvm>(fit_svm(std::move(train), fit));
  const Matrix scores = model->scores(held_out.pixels(), options.threads);
  calibrate_recipe(*model, scores, held_out);
  const auto accuracy = accuracy_held_out(best_classes(scores), held_out);
  return {std::move(model), accuracy};
}

inline TrainedModel train_forest(Dataset data, const RecipeOptions& options) {
  ForestOptions fit = forest_recipe(data.image_shape());
  if (options.epochs) fit.trees = *options.epochs;
  fit.max_leaves = options.max_leaves;
  fit.seed = options.seed;
  fit.threads = options.threads;
  fit.ranks = options.ranks;
  fit.on_progress = options.on_progress;
  if (options.found_ink == 0 && !options.also) {
    auto model = std::make_unique<RandomForest>(fit_forest(std::move(data), fit));
    const auto accuracy = accuracy_out_of_bag(*model);
    return {std::move(model), accuracy};
  }
  // Trees that did not see an image would still know it from its copies.
  fit.out_of_bag = false;
  auto [train, held_out] = features_parts(std::move(data), options);
  auto model = std::make_unique<RandomForest>(fit_forest(std::move(train), fit));
  const Matrix votes = model->scores(held_out.pixels(), options.threads);
  calibrate_recipe(*model, vote_logits(votes), held_out);
  const auto accuracy = accuracy_held_out(best_classes(votes), held_out);
  return {std::move(model), accuracy};
}

/// A PictureReader: what a network sees of a picture is what normalise() makes of it.
inline bool read_again(const Pixels& picture, std::span<float> values) {
  try {
    const GreyImage image(picture.rows(), picture.cols(),
                          std::vector<std::uint8_t>(picture.data(), picture.data() + picture.size()));
    const GreyImage character = normalise(image);
    if (character.values().size() != values.size()) return false;
    nn::to_unit_range(character.values().data(), static_cast<Index>(values.size()), values.data());
    return true;
  } catch (const Error&) {  // nothing to be seen
    return false;
  }
}

}  // namespace detail

INKLING_INLINE const std::vector<std::string>& model_names() {
  static const std::vector<std::string> names{"cnn", "mlp", "svm", "forest"};
  return names;
}

INKLING_INLINE const std::string& model_name(ModelKind kind) {
  return model_names().at(static_cast<std::size_t>(kind));
}

INKLING_INLINE ModelKind parse_model(std::string_view name) {
  const auto& names = model_names();
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) {
    throw ValueError("unknown model '" + std::string(name) + "': expected one of cnn, mlp, svm, forest");
  }
  return static_cast<ModelKind>(found - names.begin());
}

INKLING_INLINE bool is_network(ModelKind kind) noexcept {
  return kind == ModelKind::cnn || kind == ModelKind::mlp;
}

INKLING_INLINE std::string_view step_name(ModelKind kind) noexcept {
  return is_network(kind) ? "epoch" : kind == ModelKind::svm ? "pass" : "tree";
}

INKLING_INLINE Augmentation handwriting_variation() {
  return in_sequence(
      {random_distortion({.rotation = 9, .shear = 0.12F, .scale = 0.08F, .shift = 1.5F, .elastic = 0.45F}),
       random_pen({.thicken = 0.3F, .thin = 0.3F, .blur = 0.3F})});
}

INKLING_INLINE Augmentation found_variation(const Dataset& train, float share, bool distort) {
  in_range("found_variation: share", share, {0, 1});
  const Augmentation elastic = random_distortion({.rotation = 4, .shear = 0.05F, .scale = 0.05F, .elastic = 0.45F});
  const Augmentation found = random_found_ink({}, 1, train, detail::read_again);
  const Augmentation hand = handwriting_variation();
  return [=](std::span<float> values, const Shape& image, Rng& rng) {
    const float chance = rng.uniform();
    if (chance < share) {
      if (rng.uniform() < 0.5F) elastic(values, image, rng);
      found(values, image, rng);
    } else if (distort && chance < share + (1 - share) * 0.5F) {
      hand(values, image, rng);
    }
  };
}

INKLING_INLINE Dataset with_found_ink(const Dataset& data, double share, std::uint64_t seed, int threads) {
  in_range("with_found_ink: share", share, {0, 1});
  const auto more = static_cast<Index>(share * static_cast<double>(data.size()));
  if (more == 0) return data;
  const Dataset chosen = data.shuffled(seed).take(more);
  const Index size = data.image_shape().size();
  Pixels pixels(size, data.size() + more);
  pixels.leftCols(data.size()) = data.pixels();
  pixels.rightCols(more) = detail::changed(chosen, found_variation(data, 1, /*distort=*/false), seed, threads);
  std::vector<Label> labels = data.labels();
  const std::vector<Label> theirs = chosen.labels();
  labels.insert(labels.end(), theirs.begin(), theirs.end());
  return Dataset(data.image_shape(), std::move(pixels), std::move(labels), data.class_names());
}

INKLING_INLINE NetworkRecipe network_recipe(ModelKind kind, const Dataset& train, std::uint64_t seed) {
  if (!is_network(kind)) throw ValueError("network_recipe: expected cnn or mlp, got " + model_name(kind));
  const bool is_cnn = kind == ModelKind::cnn;
  const auto make_network = is_cnn ? nn::character_cnn<float> : nn::mlp<float>;
  return {.network = make_network(train.image_shape(), train.num_classes(), seed),
          .fit = {.optimizer = nn::AdamW{.learning_rate = is_cnn ? 4e-3 : 2e-3, .weight_decay = 0.05},
                  .schedule = nn::one_cycle(),
                  .epochs = detail::epochs_for(kind, train.size()),
                  .label_smoothing = is_cnn ? 0 : 0.05,
                  .average = 0.999,
                  .seed = seed,
                  .augment = is_cnn ? handwriting_variation() : random_shift(1),
                  .augment_until = is_cnn ? 0.75 : 1.0}};
}

/// Both did best on held-out parts of the train parts of EMNIST (docs/linear-svm.md).
INKLING_INLINE SvmOptions svm_recipe() {
  return {.c = 0.3, .hog = HogOptions{}};
}

/// Chosen on a tenth of the training part of EMNIST bymerge: gradients of upright characters are worth five points over
/// pixels, and whole trees on them are small in a file: 100 take 5.7 MB.
INKLING_INLINE ForestOptions forest_recipe(const Shape& image) {
  const HogOptions hog{.cells = {4, 7}, .norm = HogNorm::l1_sqrt, .deskew = true};
  const bool has_gradients = image.channels == 1 && std::min(image.width, image.height) >= 14;
  return {.trees = 100, .hog = has_gradients ? std::optional(hog) : std::nullopt};
}

INKLING_INLINE TrainedModel train_model(ModelKind kind, Dataset data, const RecipeOptions& options) {
  options.check();
  switch (kind) {
    case ModelKind::svm:
      return detail::train_svm(std::move(data), options);
    case ModelKind::forest:
      return detail::train_forest(std::move(data), options);
    default:
      return detail::train_network(kind, data, options);
  }
}

INKLING_INLINE double choose_svm_c(const Dataset& data, const RecipeOptions& options) {
  options.check();
  return choose_c(data, detail::svm_options(options)).c;
}

INKLING_INLINE std::string training_warning(const Classifier& model) {
  const auto* svm = dynamic_cast<const LinearSvm*>(&model);
  if (svm == nullptr) return {};
  double gap = 0;
  double primal = 0;
  Index stopped = 0;
  for (const SvmConvergence& end : svm->convergence()) {
    gap += end.gap();
    primal += end.primal;
    stopped += end.hit_limit ? 1 : 0;
  }
  if (stopped == 0) return {};
  char share[32];
  std::snprintf(share, sizeof share, "%.2g %%", 100 * gap / primal);
  return std::to_string(stopped) + " of " + std::to_string(svm->num_classes()) +
         " classes did not converge: the objective may be up to " + share + " above its minimum (more --epochs help)";
}

}  // namespace inkling::inline INKLING_ABI
