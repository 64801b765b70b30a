#include "network_recipe.hpp"

#include <inkling/data/augmentation.hpp>
#include <inkling/data/distortion.hpp>
#include <inkling/data/pen.hpp>
#include <inkling/nn/zoo.hpp>

namespace {

using namespace inkling;

/// A few thousand images are a first try, which should end within a minute.
Index epochs_for(Index samples) {
  return samples < 20'000 ? 12 : 24;
}

/// Other hands, and other pens, cameras and scanners.
Augmentation handwriting_variation() {
  return in_sequence(
      {random_distortion({.rotation = 6, .shear = 0.08F, .scale = 0.06F, .shift = 1.5F, .elastic = 0.3F}),
       random_pen({.thicken = 0.2F, .thin = 0.2F, .blur = 0.2F})});
}

}  // namespace

NetworkRecipe network_recipe(ModelKind kind, const Dataset& train, std::uint64_t seed) {
  const bool is_cnn = kind == ModelKind::cnn;
  const auto make_network = is_cnn ? nn::character_cnn<float> : nn::mlp<float>;
  return {.network = make_network(train.image_shape(), train.num_classes(), seed),
          .fit = {.optimizer = nn::AdamW{.learning_rate = is_cnn ? 4e-3 : 2e-3, .weight_decay = 0.05},
                  .schedule = nn::one_cycle(),
                  .epochs = epochs_for(train.size()),
                  .label_smoothing = 0.05,
                  .average = 0.999,
                  .seed = seed,
                  .augment = is_cnn ? handwriting_variation() : random_shift(1)}};
}
