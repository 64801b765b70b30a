#include <inkling/core/error.hpp>
#include <inkling/core/rng.hpp>
#include <inkling/model/calibration.hpp>
#include <inkling/model/classifier.hpp>
#include <inkling/model/metrics.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "close.hpp"
#include "sampled_scores.hpp"

using namespace inkling;
using inkling::test::close;
using inkling::test::sampled_scores;

namespace {

using Labels = std::vector<Label>;

}  // namespace

TEST_CASE("fit_temperature and negative_log_likelihood: golden numbers") {
  const auto [scores, truth] = sampled_scores();
  // Python: golden-section search in double precision.
  CHECK(close(fit_temperature(scores, truth), 2.1424688952851816, 1e-5));
  CHECK(close(negative_log_likelihood(scores, truth), 1.2702409437138953, 1e-6));
  CHECK(close(negative_log_likelihood(scores, truth, 2.5F), 1.0882649480859212, 1e-6));
  CHECK(close(negative_log_likelihood(scores, truth, fit_temperature(scores, truth)), 1.083649860852077, 1e-9));
}

TEST_CASE("fit_temperature finds the factor by which calibrated scores were multiplied") {
  // Labels drawn from softmax(scores): at temperature 1 these are calibrated.
  constexpr Index classes = 5;
  constexpr Index samples = 20000;
  Rng rng(11);
  Matrix scores(classes, samples);
  for (float& score : scores.reshaped()) score = 2 * rng.normal();
  const Matrix probabilities = softmax(scores);
  Labels truth;
  for (Index i = 0; i < samples; ++i) {
    float left = rng.uniform();
    Label drawn = 0;
    while (drawn + 1 < classes && (left -= probabilities(drawn, i)) >= 0) ++drawn;
    truth.push_back(drawn);
  }
  for (const float factor : {0.2F, 1.0F, 6.0F}) {
    CAPTURE(factor);
    const Matrix scaled = scores * factor;
    const float temperature = fit_temperature(scaled, truth);
    CHECK(close(temperature / factor, 1, 0.03));
    CHECK(expected_calibration_error(softmax(scaled, temperature), truth) < 0.02);
  }
}

TEST_CASE("fit_temperature is the lowest point of the likelihood loss") {
  const auto [scores, truth] = sampled_scores();
  const float best = fit_temperature(scores, truth);
  const double lowest = negative_log_likelihood(scores, truth, best);
  for (const float factor : {0.5F, 0.9F, 0.99F, 1.01F, 1.1F, 2.0F}) {
    CHECK(negative_log_likelihood(scores, truth, best * factor) > lowest);
  }
}

TEST_CASE("fit_temperature takes log-probabilities as well as scores") {
  const auto [scores, truth] = sampled_scores();
  const Matrix logs = softmax(scores).array().log();
  CHECK(close(fit_temperature(logs, truth), fit_temperature(scores, truth), 1e-4));
}

TEST_CASE("fit_temperature stays within its limits") {
  Matrix scores(2, 2);
  scores << 1, 0,  //
      0, 1;
  CHECK(fit_temperature(scores * 0.01F, Labels{0, 1}) == doctest::Approx(lowest_temperature));  // all right
  CHECK(fit_temperature(scores, Labels{1, 0}) == doctest::Approx(highest_temperature));         // all wrong
}

TEST_CASE("fit_temperature ends where the temperature makes no difference") {
  CHECK(fit_temperature(Matrix::Constant(3, 2, 7), Labels{0, 2}) == doctest::Approx(1));
  Matrix sure = Matrix::Zero(2, 1);
  sure(0, 0) = 1e30F;
  CHECK(fit_temperature(sure, Labels{0}) == doctest::Approx(1));
}

TEST_CASE("calibration refuses what does not fit") {
  const Matrix scores = Matrix::Zero(3, 2);
  CHECK_THROWS_AS(fit_temperature(scores, Labels{0}), ShapeError);
  CHECK_THROWS_AS(fit_temperature(scores, Labels{0, 3}), ValueError);
  CHECK_THROWS_AS(fit_temperature(Matrix(3, 0), Labels{}), ValueError);
  CHECK_THROWS_AS(negative_log_likelihood(scores, Labels{0, 1}, 0), ValueError);
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::infinity()}) {
    Matrix broken = scores;
    broken(1, 1) = bad;
    CHECK_THROWS_AS(fit_temperature(broken, Labels{0, 1}), ValueError);
    CHECK_THROWS_AS(negative_log_likelihood(broken, Labels{0, 1}), ValueError);
  }
}

namespace {

/// The loss that a sigmoid's fit minimises, by Platt's definition.
double platt_loss(const Matrix& margins, const Labels& truth, Label label, double slope, double offset) {
  const auto inside = static_cast<double>(std::count(truth.begin(), truth.end(), label));
  const double outside = static_cast<double>(truth.size()) - inside;
  double loss = 0;
  for (Index i = 0; i < margins.cols(); ++i) {
    const double p = 1 / (1 + std::exp(slope * static_cast<double>(margins(label, i)) + offset));
    const double target = truth[static_cast<std::size_t>(i)] == label ? (inside + 1) / (inside + 2) : 1 / (outside + 2);
    loss -= target * std::log(p) + (1 - target) * std::log(1 - p);
  }
  return loss;
}

}  // namespace

TEST_CASE("fit_sigmoids finds the lowest point of Platt's loss") {
  const auto [scores, truth] = sampled_scores();
  const std::vector<PlattSigmoid> sigmoids = fit_sigmoids(scores, truth);
  REQUIRE(sigmoids.size() == 4);
  for (Label k = 0; k < 4; ++k) {
    const auto slope = static_cast<double>(sigmoids[static_cast<std::size_t>(k)].slope);
    const auto offset = static_cast<double>(sigmoids[static_cast<std::size_t>(k)].offset);
    CHECK(slope < 0);
    const double lowest = platt_loss(scores, truth, k, slope, offset);
    for (const double step : {-0.1, -0.01, 0.01, 0.1}) {
      CHECK(platt_loss(scores, truth, k, slope + step, offset) > lowest);
      CHECK(platt_loss(scores, truth, k, slope, offset + step) > lowest);
    }
  }
}

TEST_CASE("fit_sigmoids recovers the sigmoid that labels were drawn from") {
  Rng rng(5);
  Matrix margins(2, 20000);
  Labels truth;
  for (Index i = 0; i < margins.cols(); ++i) {
    margins(0, i) = 3 * rng.normal();
    margins(1, i) = -margins(0, i);
    truth.push_back(rng.uniform() < 1 / (1 + std::exp(-1.5F * margins(0, i) + 0.5F)) ? 0 : 1);
  }
  const std::vector<PlattSigmoid> sigmoids = fit_sigmoids(margins, truth);
  CHECK(close(static_cast<double>(sigmoids[0].slope), -1.5, 0.06));
  CHECK(close(static_cast<double>(sigmoids[0].offset), 0.5, 0.06));
  CHECK(close(static_cast<double>(sigmoids[1].slope), -1.5, 0.06));
  CHECK(close(static_cast<double>(sigmoids[1].offset), -0.5, 0.06));
  CHECK(expected_calibration_error(apply_sigmoids(sigmoids, margins), truth) < 0.02);
}

TEST_CASE("sigmoids are finite for whatever margins there are") {
  Matrix margins(3, 4);
  margins << 1e30F, -1e30F, 1e30F, -1e30F,  //
      0, 0, 0, 0,                           //
      1, 2, 3, 4;
  const Labels truth{0, 1, 0, 1};  // the first separates perfectly, the second knows nothing, the third has no sample
  const std::vector<PlattSigmoid> sigmoids = fit_sigmoids(margins, truth);
  for (const PlattSigmoid& sigmoid : sigmoids) CHECK_NOTHROW(check_sigmoid(sigmoid));
  CHECK(sigmoids[1].slope == doctest::Approx(0));
  const Matrix probabilities = apply_sigmoids(sigmoids, margins);
  CHECK(probabilities.allFinite());
  CHECK(probabilities.minCoeff() >= 0);
  for (Index i = 0; i < 4; ++i) CHECK(probabilities.col(i).sum() == doctest::Approx(1));

  // Margins that are wrong: chance, and not a sigmoid upside down.
  Matrix wrong(1, 4);
  wrong << -1, 1, -1, 1;
  CHECK(fit_sigmoids(wrong, Labels{0, 0, 0, 0})[0].slope <= 0);
  const std::vector<PlattSigmoid> steep{{-100, 0}, {-100, 0}};
  CHECK(apply_sigmoids(steep, Matrix::Constant(2, 1, -1e9F)).isConstant(0.5F));
}

TEST_CASE("sigmoids that do not fit are refused") {
  const Matrix margins = Matrix::Zero(3, 2);
  CHECK_THROWS_AS(fit_sigmoids(margins, Labels{0}), ShapeError);
  CHECK_THROWS_AS(fit_sigmoids(margins, Labels{0, 3}), ValueError);
  CHECK_THROWS_AS(fit_sigmoids(Matrix(3, 0), Labels{}), ValueError);
  const std::vector<PlattSigmoid> two(2);
  CHECK_THROWS_AS(apply_sigmoids(two, margins), ShapeError);
  CHECK_THROWS_AS(check_sigmoid({1, 0}), ValueError);
  CHECK_THROWS_AS(check_sigmoid({-1, std::numeric_limits<float>::infinity()}), ValueError);
}

TEST_CASE("margins that fall as their class becomes likelier tell nothing but how frequent the class is") {
  Matrix margins(2, 12);
  std::vector<Label> truth;
  for (Index i = 0; i < 12; ++i) {
    truth.push_back(i < 3 ? 0 : 1);
    margins(0, i) = i < 3 ? -1.0F - 0.1F * static_cast<float>(i) : 1.0F + 0.1F * static_cast<float>(i);  // upside down
    margins(1, i) = i < 3 ? -1.0F : 1.0F;
  }
  const std::vector<PlattSigmoid> sigmoids = fit_sigmoids(margins, truth);
  CHECK(sigmoids[0].slope == 0);
  CHECK(1 / (1 + std::exp(static_cast<double>(sigmoids[0].offset))) == doctest::Approx(4.0 / 14));  // Platt's prior
  CHECK(sigmoids[1].slope < 0);
  for (const PlattSigmoid& sigmoid : sigmoids) CHECK_NOTHROW(check_sigmoid(sigmoid));
}
