#include <inkling/nn/layers/conv2d.hpp>
#include <inkling/nn/layers/dense.hpp>
#include <inkling/nn/layers/initialisation.hpp>

#include <doctest/doctest.h>

#include <cmath>

using namespace inkling;
using namespace inkling::nn;

namespace {

double variance(const Matrix& values) {
  const Eigen::ArrayXXd v = values.cast<double>();
  return (v - v.mean()).square().mean();
}

}  // namespace

// 100,000 samples: the standard error of a mean is deviation / 316, that of a normal variance 0.45 %.
TEST_CASE("He: normal with variance 2 / inputs") {
  Matrix weights(200, 500);
  Rng rng(1);
  initialise(weights, 50, 70, Initialisation::he, rng);
  const double expected = 2.0 / 50;
  CHECK(std::abs(variance(weights) - expected) < 0.02 * expected);
  CHECK(std::abs(static_cast<double>(weights.mean())) < 4 * std::sqrt(expected) / 316);
  CHECK(static_cast<double>(weights.cwiseAbs().maxCoeff()) > 3.5 * std::sqrt(expected));  // tails: not uniform
}

TEST_CASE("Glorot: uniform with variance 2 / (inputs + outputs)") {
  Matrix weights(200, 500);
  Rng rng(1);
  initialise(weights, 50, 70, Initialisation::glorot, rng);
  const double expected = 2.0 / (50 + 70);
  CHECK(std::abs(variance(weights) - expected) < 0.02 * expected);
  CHECK(std::abs(static_cast<double>(weights.mean())) < 4 * std::sqrt(expected) / 316);
  CHECK(static_cast<double>(weights.cwiseAbs().maxCoeff()) <= std::sqrt(3 * expected) * (1 + 1e-6));
}

TEST_CASE("layers count their inputs and outputs, and start without a bias") {
  Rng rng(2);
  Dense dense({.units = 100});
  dense.build({1, 1, 400}, rng);
  CHECK(std::abs(variance(dense.weight()) - 2.0 / 400) < 0.05 * 2.0 / 400);
  CHECK(dense.bias().isZero(0));

  Conv2d conv({.filters = 64, .kernel = 5});
  conv.build({8, 8, 20}, rng);
  CHECK(std::abs(variance(conv.weight()) - 2.0 / 500) < 0.05 * 2.0 / 500);
  CHECK(conv.parameters()[1].value.isZero(0));

  Conv2d glorot({.filters = 60, .kernel = 5, .initialisation = Initialisation::glorot});
  glorot.build({8, 8, 20}, rng);
  CHECK(std::abs(variance(glorot.weight()) - 2.0 / (500 + 1500)) < 0.05 * 2.0 / 2000);
}

TEST_CASE("the generator decides the weights") {
  Matrix a(3, 4), b(3, 4), c(3, 4);
  Rng one(5), same(5), other(6);
  initialise(a, 3, 4, Initialisation::he, one);
  initialise(b, 3, 4, Initialisation::he, same);
  initialise(c, 3, 4, Initialisation::he, other);
  CHECK(a == b);
  CHECK(a != c);
}
