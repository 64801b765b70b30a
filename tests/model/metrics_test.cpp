#include <inkling/core/error.hpp>
#include <inkling/model/classifier.hpp>
#include <inkling/model/metrics.hpp>

#include <doctest/doctest.h>

#include <cmath>
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

TEST_CASE("accuracy") {
  CHECK(accuracy(Labels{1, 2, 3, 1}, Labels{1, 2, 0, 0}) == 0.5);
  CHECK(accuracy(Labels{}, Labels{}) == 0);
  CHECK_THROWS_AS(accuracy(Labels{1}, Labels{}), ShapeError);
}

TEST_CASE("top_k_accuracy: of equal scores the lower class ranks higher") {
  Matrix scores(3, 4);
  scores << 5, 1, 1, 0,  //
      5, 1, 3, 0,        //
      1, 1, 2, 0;
  CHECK(top_k_accuracy(scores, Labels{0, 0, 1, 0}, 1) == 1);
  CHECK(top_k_accuracy(scores, Labels{1, 1, 2, 1}, 1) == 0);
  CHECK(top_k_accuracy(scores, Labels{1, 1, 2, 1}, 2) == 1);
  CHECK(top_k_accuracy(scores, Labels{2, 2, 0, 2}, 2) == 0);
  CHECK(top_k_accuracy(scores, Labels{2, 2, 0, 2}, 3) == 1);
  CHECK(top_k_accuracy(scores, Labels{2, 2, 0, 2}, 9) == 1);
}

TEST_CASE("top_k_accuracy: a score that is not a number is never right, nor helps") {
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  Matrix scores(3, 2);
  scores << nan, 1,  //
      1, nan,        //
      0, 2;
  CHECK(top_k_accuracy(scores, Labels{0, 1}, 2) == 0);
  CHECK(top_k_accuracy(scores, Labels{1, 2}, 1) == 0);
}

TEST_CASE("top_k_accuracy with k = 1 agrees with best_classes, and with golden numbers for all k") {
  const auto [scores, truth] = sampled_scores();
  CHECK(top_k_accuracy(scores, truth, 1) == accuracy(truth, best_classes(scores)));
  // Python, by sorting.
  CHECK(close(top_k_accuracy(scores, truth, 1), 0.705, 1e-12));
  CHECK(close(top_k_accuracy(scores, truth, 2), 0.835, 1e-12));
  CHECK(close(top_k_accuracy(scores, truth, 3), 0.91, 1e-12));
  CHECK(top_k_accuracy(scores, truth, 4) == 1);
}

TEST_CASE("expected_calibration_error by hand") {
  Matrix probabilities(2, 4);
  probabilities << 0.85F, 0.95F, 0.65F, 0,  //
      0.15F, 0.05F, 0.35F, 1;
  // Tenths: 0.95 (wrong) and 1 (right) share a bin; 0.85 and 0.65 (both right) are alone in theirs.
  const Labels truth{0, 1, 0, 1};
  CHECK(close(expected_calibration_error(probabilities, truth, 10), (0.95 + 0.15 + 0.35) / 4, 1e-6));
  CHECK(close(expected_calibration_error(probabilities, truth, 1), (3.45 - 3) / 4, 1e-6));
  CHECK(expected_calibration_error(Matrix(2, 0), Labels{}) == 0);
}

TEST_CASE("expected_calibration_error: the edge of a bin belongs to the bin below") {
  Matrix probabilities(2, 2);
  probabilities << 0.5F, 0.75F,  //
      0.5F, 0.25F;
  // Two bins: 0.5 is alone in the lower one, so the errors of the two samples do not cancel out.
  CHECK(close(expected_calibration_error(probabilities, Labels{1, 0}, 2), (0.5 + 0.25) / 2, 1e-7));
}

TEST_CASE("expected_calibration_error is 0 for one who is sure and right, and 1 for one who is sure and wrong") {
  Matrix probabilities(2, 3);
  probabilities << 1, 1, 0,  //
      0, 0, 1;
  CHECK(expected_calibration_error(probabilities, Labels{0, 0, 1}) == 0);
  CHECK(expected_calibration_error(probabilities, Labels{1, 1, 0}) == 1);
}

TEST_CASE("expected_calibration_error: golden numbers") {
  const auto [scores, truth] = sampled_scores();
  const Matrix probabilities = softmax(scores);
  // Python, in double precision.
  CHECK(close(expected_calibration_error(probabilities, truth), 0.17065031375436926, 1e-6));
  CHECK(close(expected_calibration_error(probabilities, truth, 10), 0.17545805971624276, 1e-6));
  CHECK(close(expected_calibration_error(probabilities, truth, 1), 0.002551102424920182, 1e-6));
}

TEST_CASE("metrics of scores refuse what does not fit") {
  const Matrix scores = Matrix::Zero(3, 2);
  CHECK_THROWS_AS(top_k_accuracy(scores, Labels{0}, 1), ShapeError);
  CHECK_THROWS_AS(top_k_accuracy(scores, Labels{0, 3}, 1), ValueError);
  CHECK_THROWS_AS(top_k_accuracy(scores, Labels{0, -1}, 1), ValueError);
  CHECK_THROWS_AS(top_k_accuracy(scores, Labels{0, 1}, 0), ValueError);
  CHECK_THROWS_AS(expected_calibration_error(scores, Labels{0}), ShapeError);
  CHECK_THROWS_AS(expected_calibration_error(scores, Labels{0, 3}), ValueError);
  CHECK_THROWS_AS(expected_calibration_error(scores, Labels{0, 1}, 0), ValueError);
}

TEST_CASE("wilson_interval: golden numbers") {
  struct Expected {
    Index successes, trials;
    double low, high;
  };
  // Python: the roots q of (p - q)^2 = z^2 q (1 - q) / n, found by bisection.
  for (const auto& [successes, trials, low, high] :
       {Expected{0, 10, 0.0, 0.2775327998628892}, Expected{10, 10, 0.7224672001371107, 1.0},
        Expected{8, 10, 0.4901624715366417, 0.9433178485456247},
        Expected{95, 100, 0.8882495307680808, 0.9784563208456319},
        Expected{9900, 10000, 0.9878530177448853, 0.9917706638518515}}) {
    const Interval interval = wilson_interval(successes, trials);
    CHECK(close(interval.low, low, 1e-12));
    CHECK(close(interval.high, high, 1e-12));
  }
}

TEST_CASE("wilson_interval without trials, and with impossible ones") {
  CHECK(wilson_interval(0, 0).low == 0);
  CHECK(wilson_interval(0, 0).high == 1);
  CHECK_THROWS_AS(wilson_interval(-1, 3), ValueError);
  CHECK_THROWS_AS(wilson_interval(4, 3), ValueError);
  CHECK_THROWS_AS(wilson_interval(0, -1), ValueError);
}
