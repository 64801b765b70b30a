// What each part of the cnn's recipe is worth: trains it on a part of the training images with one thing changed at a
// time, and prints a row of Markdown for each, measured on other training images.
//
//     inkling-ablation FOLDER_WITH_EMNIST [images] [epochs] [threads]

#include <inkling/core/error.hpp>
#include <inkling/data/distortion.hpp>
#include <inkling/data/emnist.hpp>
#include <inkling/model/calibration.hpp>
#include <inkling/model/metrics.hpp>
#include <inkling/nn/layers/residual.hpp>
#include <inkling/nn/training/trainer.hpp>
#include <inkling/nn/zoo.hpp>
#include <inkling/recipes.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace inkling;

/// The same network, as initialised, without the layers of this kind, which must keep the shape.
nn::Network without(const nn::Network& network, std::string_view kind) {
  nn::Network result(network.input_shape());
  for (Index i = 0; i < network.size(); ++i) {
    if (network.layer(i).kind() != kind) result.add_built(network.layer(i).clone(), network.output_shape(i));
  }
  return result;
}

/// The recipe's network with another convolution in the second stage and fewer filters, and with a shortcut around two
/// convolutions of that stage where `residual`: 50 MFLOP.
nn::Network seven_convolutions(const Dataset& data, bool residual) {
  nn::Network network(data.image_shape(), 1);
  const auto convolution = [](Index filters, nn::Padding padding) {
    return nn::Conv2d({.filters = filters, .padding = padding, .bias = false});
  };
  const auto add = [&](Index filters, nn::Padding padding) {
    network.add(convolution(filters, padding)).add(nn::BatchNorm()).add(nn::Relu());
  };
  add(24, nn::Padding::valid);
  add(24, nn::Padding::valid);
  network.add(nn::MaxPool2d({.window = 2}));
  add(64, nn::Padding::same);
  if (residual) {
    const nn::Conv2d inside = convolution(64, nn::Padding::same);
    network.add(nn::Residual(inside, nn::BatchNorm(), nn::Relu(), inside, nn::BatchNorm())).add(nn::Relu());
  } else {
    add(64, nn::Padding::same);
    add(64, nn::Padding::same);
  }
  network.add(nn::MaxPool2d({.window = 2}));
  add(128, nn::Padding::same);
  add(128, nn::Padding::same);
  network.add(nn::Flatten())
      .add(nn::Dense({.units = 256}))
      .add(nn::BatchNorm())
      .add(nn::Relu())
      .add(nn::Dropout({.rate = 0.5}))
      .add(nn::Dense({.units = data.num_classes(), .initialisation = nn::Initialisation::glorot}));
  return network;
}

/// Paints over a square of side x side pixels, somewhere, with paper (DeVries and Taylor 2017, arXiv:1708.04552).
Augmentation cutout(Index side) {
  return [side](std::span<float> values, const Shape& image, Rng& rng) {
    const auto top = static_cast<Index>(rng.below(static_cast<std::uint32_t>(image.height - side + 1)));
    const auto left = static_cast<Index>(rng.below(static_cast<std::uint32_t>(image.width - side + 1)));
    for (Index y = top; y < top + side; ++y) {
      std::fill_n(values.begin() + (y * image.width + left) * image.channels, side * image.channels, 0.0F);
    }
  };
}

struct Variant {
  std::string name;
  std::function<void(NetworkRecipe&)> change;
};

std::vector<Variant> variants(const Dataset& data) {
  const auto distorted = [](float strength) {
    return random_distortion({.rotation = 9 * strength,
                              .shear = 0.12F * strength,
                              .scale = 0.08F * strength,
                              .shift = 1.5F * strength,
                              .elastic = 0.45F * strength});
  };
  return {
      {"the recipe", [](NetworkRecipe&) {}},
      {"no augmentation", [](NetworkRecipe& recipe) { recipe.fit.augment = {}; }},
      {"augmentation to the end", [](NetworkRecipe& recipe) { recipe.fit.augment_until = 1; }},
      {"shifts of two pixels alone", [](NetworkRecipe& recipe) { recipe.fit.augment = random_shift(2); }},
      {"no pens", [=](NetworkRecipe& recipe) { recipe.fit.augment = distorted(1); }},
      {"distortions twice as strong, no pens", [=](NetworkRecipe& recipe) { recipe.fit.augment = distorted(2); }},
      {"and cutout of 8x8",
       [](NetworkRecipe& recipe) {
         recipe.fit.augment = in_sequence({recipe.fit.augment, cutout(8)});
       }},
      {"label smoothing of 0.05", [](NetworkRecipe& recipe) { recipe.fit.label_smoothing = 0.05; }},
      {"last weights, not their average", [](NetworkRecipe& recipe) { recipe.fit.average = 0; }},
      {"constant learning rate", [](NetworkRecipe& recipe) { recipe.fit.schedule = nn::constant(); }},
      {"no weight decay", [](NetworkRecipe& recipe) { std::get<nn::AdamW>(recipe.fit.optimizer).weight_decay = 0; }},
      {"no dropout", [](NetworkRecipe& recipe) { recipe.network = without(recipe.network, "dropout"); }},
      {"no batch norm", [](NetworkRecipe& recipe) { recipe.network = without(recipe.network, "batch_norm"); }},
      {"seven convolutions", [&](NetworkRecipe& recipe) { recipe.network = seven_convolutions(data, false); }},
      {"seven convolutions, residual", [&](NetworkRecipe& recipe) { recipe.network = seven_convolutions(data, true); }},
      {"vgg", [&](NetworkRecipe& recipe) { recipe.network = nn::vgg(data.image_shape(), data.num_classes(), 1); }}};
}

void print_row(const Variant& variant, const Dataset& train, const Dataset& validation, Index epochs, int threads) {
  NetworkRecipe recipe = network_recipe(ModelKind::cnn, train, /*seed=*/1);
  recipe.fit.epochs = epochs;
  recipe.fit.threads = threads;
  variant.change(recipe);
  double seconds = 0;
  recipe.fit.on_progress = [&](const Progress& progress) {
    seconds = progress.seconds;
    return Flow::go_on;
  };
  auto model = nn::fit_network(std::move(recipe.network), train, recipe.fit);
  const Matrix logits = model.logits(validation.pixels(), threads);
  const double accuracy = inkling::accuracy(validation.labels(), best_classes(logits));
  const float temperature = fit_temperature(logits, validation.labels());
  model.set_temperature(temperature);
  const Matrix probabilities = model.probabilities(validation.pixels(), threads);
  std::printf("| %s | %.2f %% | %.4f | %.2f %% | %.0f s |\n", variant.name.c_str(), 100 * accuracy,
              negative_log_likelihood(logits, validation.labels(), temperature),
              100 * expected_calibration_error(probabilities, validation.labels(), 15), seconds);
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc < 2 || argc > 5) {
    std::cerr << "usage: inkling-ablation FOLDER_WITH_EMNIST [images=40000] [epochs=5] [threads=0]\n";
    return 2;
  }
  const auto number = [&](int i, long otherwise) { return argc > i ? std::atol(argv[i]) : otherwise; };
  const Index images = number(2, 40'000);
  const Dataset all = load_emnist(argv[1], Split::bymerge, Part::train).shuffled(1);
  const Dataset train = all.take(images);
  std::vector<Index> others;
  for (Index i = images; i < std::min(all.size(), images + 30'000); ++i) others.push_back(i);
  const Dataset validation = all.subset(others);
  std::printf(
      "| trained on %td images | accuracy on %td others | negative log-likelihood | calibration error | training |\n"
      "|---|---|---|---|---|\n",
      train.size(), validation.size());
  for (const Variant& variant : variants(train)) {
    print_row(variant, train, validation, number(3, 5), static_cast<int>(number(4, 0)));
  }
  return 0;
} catch (const inkling::Error& error) {
  std::cerr << "inkling-ablation: " << error.what() << '\n';
  return 1;
}
