// Networks of plain float features.

#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/rng.hpp>
#include <inkling/data/dataset.hpp>
#include <inkling/model/classifier.hpp>
#include <inkling/nn/layer_list.hpp>
#include <inkling/nn/network.hpp>
#include <inkling/nn/network_classifier.hpp>
#include <inkling/nn/training/trainer.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <vector>

#include "random_matrix.hpp"

using namespace inkling;
using inkling::test::random_pixels;

namespace {

nn::Network small_network(Index features) {
  nn::Network network({1, 1, features}, 5);
  network.add(nn::Dense({.units = 16})).add(nn::Relu()).add(nn::Dense({.units = 2}));
  return network;
}

TEST_CASE("features that are pixels over 255 give the network that the pixels give, to the bit") {
  constexpr Index count = 150;
  const Pixels pixels = random_pixels(9, count, 1);
  std::vector<Label> labels;
  for (Index i = 0; i < count; ++i) labels.push_back(pixels(0, i) > 127 ? 1 : 0);
  const std::vector<std::string> names{"dark", "light"};
  const Matrix features = pixels.cast<float>() * (1.0F / 255.0F);
  const nn::NetworkOptions options{.epochs = 3, .batch = 40, .micro_batch = 8};

  const auto of_images = nn::fit_network(small_network(9), Dataset({1, 1, 9}, pixels, labels, names), options);
  const auto of_features = nn::fit_network(small_network(9), features, labels, names, options);
  CHECK(of_features.class_names() == names);
  for (std::size_t p = 0; p < 4; ++p) {
    nn::Network a = of_images.network();
    nn::Network b = of_features.network();
    CHECK(a.parameters()[p]->value == b.parameters()[p]->value);
  }
  CHECK(of_features.feature_scores(features) == of_images.scores(pixels));
  CHECK(of_features.feature_probabilities(features) == of_images.probabilities(pixels));
  // A sample's scores do not depend on what stands beside it.
  CHECK(of_features.feature_scores(features.middleCols(37, 1)) == of_features.feature_scores(features).col(37));
}

TEST_CASE("features beyond 0 .. 1 are learned from as they are") {
  Rng rng(2);
  Matrix features(2, 400);
  std::vector<Label> labels;
  for (Index i = 0; i < features.cols(); ++i) {
    features.col(i) << rng.uniform(-2, 2), rng.uniform(-2, 2);
    labels.push_back(features(0, i) * features(1, i) > 0 ? 1 : 0);  // no line parts them
  }
  const auto model = nn::fit_network(small_network(2), features, labels, {"no", "yes"},
                                     {.optimizer = nn::AdamW{.learning_rate = 0.01}, .epochs = 40, .batch = 32});
  const std::vector<Label> predicted = best_classes(model.feature_scores(features));
  Index right = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) right += predicted[i] == labels[i] ? 1 : 0;
  CHECK(right > 380);
}

TEST_CASE("features and labels that do not fit are refused") {
  const Matrix features = Matrix::Zero(4, 6);
  const std::vector<Label> labels(6);
  CHECK_THROWS_AS(nn::fit_network(small_network(5), features, labels, {"a", "b"}), ShapeError);
  CHECK_THROWS_AS(nn::fit_network(small_network(4), features, std::vector<Label>(5), {"a", "b"}), ShapeError);
  CHECK_THROWS_AS(nn::fit_network(small_network(4), features, std::vector<Label>(6, 2), {"a", "b"}), ValueError);
  CHECK_THROWS_AS(nn::fit_network(small_network(4), features, labels, {"a", "b", "c"}), ShapeError);
  Matrix infinite = features;
  infinite(2, 3) = std::numeric_limits<float>::infinity();
  CHECK_THROWS_AS(nn::fit_network(small_network(4), infinite, labels, {"a", "b"}), ValueError);
  const auto model = nn::fit_network(small_network(4), features, labels, {"a", "b"}, {.epochs = 1});
  CHECK_THROWS_AS(model.feature_scores(Matrix::Zero(5, 1)), ShapeError);
}

}  // namespace
