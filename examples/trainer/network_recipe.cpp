#include "network_recipe.hpp"

#include <inkling/data/augmentation.hpp>
#include <inkling/data/distortion.hpp>
#include <inkling/data/pen.hpp>
#include <inkling/nn/zoo.hpp>

namespace {

using namespace inkling;

/// A few thousand images are a first try, which should end within a minute; many teach as much in fewer epochs.
Index epochs_for(ModelKind kind, Index samples) {
  if (samples < 20'000) return 12;
  return kind == ModelKind::cnn && samples > 100'000 ? 16 : 24;
}

/// Other hands, and other pens, cameras and scanners.
Augmentation handwriting_variation() {
  return in_sequence(
      {random_distortion({.rotation = 9, .shear = 0.12F, .scale = 0.08F, .shift = 1.5F, .elastic = 0.45F}),
       random_pen({.thicken = 0.3F, .thin = 0.3F, .blur = 0.3F})});
}

}  // namespace

NetworkRecipe network_recipe(ModelKind kind, const Dataset& train, std::uint64_t seed) {
  const bool is_cnn = kind == ModelKind::cnn;
  const auto make_network = is_cnn ? nn::character_cnn<float> : nn::mlp<float>;
  return {.network = make_network(train.image_shape(), train.num_classes(), seed),
          .fit = {.optimizer = nn::AdamW{.learning_rate = is_cnn ? 4e-3 : 2e-3, .weight_decay = 0.05},
                  .schedule = nn::one_cycle(),
                  .epochs = epochs_for(kind, train.size()),
                  .label_smoothing = is_cnn ? 0 : 0.05,
                  .average = 0.999,
                  .seed = seed,
                  .augment = is_cnn ? handwriting_variation() : random_shift(1),
                  .augment_until = is_cnn ? 0.75 : 1.0}};
}
