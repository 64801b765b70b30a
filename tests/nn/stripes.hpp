#pragma once

#include <inkling/core/rng.hpp>
#include <inkling/data/dataset.hpp>
#include <inkling/nn/layer_list.hpp>
#include <inkling/nn/layers/depthwise_conv2d.hpp>
#include <inkling/nn/layers/residual.hpp>
#include <inkling/nn/layers/squeeze_excite.hpp>
#include <inkling/nn/network.hpp>
#include <inkling/nn/training/optimizer.hpp>
#include <inkling/nn/training/trainer.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

/// What the tests of training have in common: images that are quickly learned, and networks with every kind of layer.
namespace inkling::test {

using namespace inkling::nn;

/// Images of 6x6 in which a bright row (classes 0 and 1) or column (2 and 3) stands out from noise.
inline Dataset stripes(Index count, std::uint64_t seed) {
  Rng rng(seed);
  Pixels pixels(36, count);
  for (auto& pixel : pixels.reshaped()) pixel = static_cast<std::uint8_t>(rng.below(100));
  std::vector<Label> labels;
  for (Index i = 0; i < count; ++i) {
    const auto label = static_cast<Label>(rng.below(4));
    const Index place = 1 + 3 * (label % 2);
    for (Index k = 0; k < 6; ++k) {
      auto& pixel = pixels(label < 2 ? place * 6 + k : k * 6 + place, i);
      pixel = static_cast<std::uint8_t>(pixel + 100);
    }
    labels.push_back(label);
  }
  return Dataset({6, 6, 1}, std::move(pixels), std::move(labels), {"a", "b", "c", "d"});
}

inline Network small_network(std::uint64_t seed = 3) {
  Network network({6, 6, 1}, seed);
  network.add(Conv2d({.filters = 32, .padding = Padding::same, .bias = false}))
      .add(BatchNorm())
      .add(Relu())
      .add(Conv2d({.filters = 32, .padding = Padding::same}))  // by Winograd's transform
      .add(Residual(Conv2d({.filters = 32, .padding = Padding::same}), Dropout({.rate = 0.1})))
      .add(Residual(DepthwiseConv2d({.padding = Padding::same}), SqueezeExcite({.units = 4})))
      .add(Residual(Conv2d({.filters = 5, .padding = Padding::same})))  // directly
      .add(Relu())
      .add(MaxPool2d({.window = 2}))
      .add(Flatten())
      .add(Dropout({.rate = 0.3}))
      .add(Dense({.units = 10}))
      .add(BatchNorm())
      .add(Relu())
      .add(Dense({.units = 4}));
  return network;
}

inline Network linear_network() {
  Network network({6, 6, 1}, 3);
  network.add(Flatten()).add(Dense({.units = 4}));
  return network;
}

/// Everything that could make a result depend on the number of threads or on where a run was cut.
inline NetworkOptions every_option() {
  return {.optimizer = AdamW{.learning_rate = 5e-3},
          .schedule = one_cycle(),
          .epochs = 4,
          .batch = 30,
          .micro_batch = 8,
          .label_smoothing = 0.1,
          .average = 0.9,
          .seed = 11,
          .threads = 1,
          .augment = [](std::span<float> image, const Shape&, Rng& rng) {
            for (float& value : image) value += rng.uniform(-0.1F, 0.1F);
          }};
}

/// Checks that the epochs of a run report what those of another did, and counts them in `calls`. Both must outlive it.
inline ProgressCallback same_as(const std::vector<Progress>& expected, std::size_t& calls) {
  return [&expected, &calls](const Progress& progress) {
    const auto epoch = static_cast<std::size_t>(progress.step - 1);
    REQUIRE(epoch < expected.size());
    CHECK(progress.loss == expected[epoch].loss);
    CHECK(progress.validation_loss == expected[epoch].validation_loss);
    ++calls;
    return Flow::go_on;
  };
}

}  // namespace inkling::test
