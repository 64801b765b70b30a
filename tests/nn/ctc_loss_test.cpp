#include <inkling/core/rng.hpp>
#include <inkling/nn/training/ctc_loss.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

using namespace inkling;
using nn::ctc_least_steps;
using nn::ctc_loss;

namespace {

MatrixOf<double> random_logits(Index classes, Index steps, std::uint64_t seed) {
  Rng rng(seed);
  MatrixOf<double> logits(classes, steps);
  for (double& value : logits.reshaped()) value = 2 * static_cast<double>(rng.normal());
  return logits;
}

/// What a sequence of steps spells: repeats taken together, then blanks taken out.
std::vector<Label> spelled(const std::vector<Label>& steps, Label blank) {
  std::vector<Label> labels;
  for (std::size_t t = 0; t < steps.size(); ++t) {
    if (steps[t] != blank && (t == 0 || steps[t] != steps[t - 1])) labels.push_back(steps[t]);
  }
  return labels;
}

/// By the definition: the sum over every sequence of steps.
double loss_by_counting(const MatrixOf<double>& logits, const std::vector<Label>& labels) {
  const auto classes = static_cast<Label>(logits.rows());
  MatrixOf<double> probability = logits.array().exp();
  for (auto step : probability.colwise()) step /= step.sum();
  double sum = 0;
  std::vector<Label> steps(static_cast<std::size_t>(logits.cols()), 0);
  for (bool more = true; more;) {
    if (spelled(steps, classes - 1) == labels) {
      double product = 1;
      for (std::size_t t = 0; t < steps.size(); ++t) product *= probability(steps[t], static_cast<Index>(t));
      sum += product;
    }
    more = false;
    for (Label& step : steps) {  // counts up, in base `classes`
      if (++step < classes) {
        more = true;
        break;
      }
      step = 0;
    }
  }
  return -std::log(sum);
}

double loss_of(const MatrixOf<double>& logits, const std::vector<Label>& labels) {
  MatrixOf<double> gradient(logits.rows(), logits.cols());
  return ctc_loss<double>(logits, labels, 1, gradient);
}

}  // namespace

TEST_CASE("the loss is that of every way to spell the labels") {
  const std::vector<std::vector<Label>> texts = {{}, {0}, {1, 0}, {1, 1}, {0, 1, 0}, {2, 2, 2}, {0, 0, 1}};
  for (const auto& labels : texts) {
    for (const Index steps : {1, 3, 5, 6}) {
      if (steps < ctc_least_steps(labels)) continue;
      CAPTURE(labels.size());
      CAPTURE(steps);
      const MatrixOf<double> logits = random_logits(4, steps, static_cast<std::uint64_t>(steps));
      CHECK(loss_of(logits, labels) == doctest::Approx(loss_by_counting(logits, labels)));
    }
  }
}

TEST_CASE("its gradient is that of central differences") {
  const std::vector<Label> labels = {1, 1, 0, 2};
  MatrixOf<double> logits = random_logits(4, 9, 5);
  MatrixOf<double> gradient = MatrixOf<double>::Constant(4, 9, 1e30);  // what is there before does not matter
  ctc_loss<double>(logits, labels, 0.5, gradient);
  constexpr double step = 1e-5;
  for (Index i = 0; i < logits.size(); ++i) {
    const double value = logits.data()[i];
    logits.data()[i] = value + step;
    const double above = loss_of(logits, labels);
    logits.data()[i] = value - step;
    const double below = loss_of(logits, labels);
    logits.data()[i] = value;
    CHECK(gradient.data()[i] == doctest::Approx(0.5 * (above - below) / (2 * step)).epsilon(1e-6).scale(1e-3));
  }
}

TEST_CASE("logits of any size give a finite loss and gradient") {
  const std::vector<Label> labels = {0, 1};
  MatrixOf<float> logits = MatrixOf<float>::Constant(3, 40, -3000.0F);
  logits.row(2).setConstant(4000);  // sure that there is nothing
  MatrixOf<float> gradient(3, 40);
  const double loss = ctc_loss<float>(logits, labels, 1.0F, gradient);
  CHECK(std::isfinite(loss));
  CHECK(loss > 7000);
  CHECK(gradient.allFinite());
}

TEST_CASE("a logit that is no number gives a loss that is not finite") {
  MatrixOf<double> logits = random_logits(4, 5, 2);
  logits(0, 1) = std::numeric_limits<double>::quiet_NaN();
  CHECK_FALSE(std::isfinite(loss_of(logits, {0, 1})));
}

TEST_CASE("steps, labels and sizes that do not fit are refused") {
  const MatrixOf<double> logits = random_logits(4, 3, 1);
  MatrixOf<double> gradient(4, 3);
  CHECK(ctc_least_steps(std::vector<Label>{1, 1, 0}) == 4);
  CHECK_THROWS_WITH_AS(ctc_loss<double>(logits, std::vector<Label>{1, 1, 0}, 1, gradient),
                       "ctc_loss: the labels need 4 steps, got 3", ValueError);
  CHECK_THROWS_WITH_AS(ctc_loss<double>(logits, std::vector<Label>{3}, 1, gradient), "ctc_loss: label 3 is not in 0..2",
                       ValueError);
  CHECK_THROWS_AS(ctc_loss<double>(logits, std::vector<Label>{-1}, 1, gradient), ValueError);
  MatrixOf<double> other(4, 2);
  CHECK_THROWS_AS(ctc_loss<double>(logits, std::vector<Label>{0}, 1, other), ShapeError);
}
