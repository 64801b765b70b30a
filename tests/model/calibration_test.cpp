#include <inkling/core/error.hpp>
#include <inkling/core/rng.hpp>
#include <inkling/model/calibration.hpp>
#include <inkling/model/classifier.hpp>
#include <inkling/model/metrics.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "sampled_scores.hpp"

using namespace inkling;
using inkling::test::sampled_scores;

namespace {

using Labels = std::vector<Label>;

bool close(double a, double b, double tolerance) {
  return std::abs(a - b) <= tolerance;
}

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
