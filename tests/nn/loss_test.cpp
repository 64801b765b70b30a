#include <inkling/core/error.hpp>
#include <inkling/nn/training/loss.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "all_close.hpp"
#include "random_matrix.hpp"

using namespace inkling;
using namespace inkling::nn;
using inkling::test::mismatch;
using inkling::test::random_matrix;

namespace {

const std::vector<Label> labels{2, 0, 4, 1};

double total_loss(const MatrixOf<double>& logits, double smoothing) {
  MatrixOf<double> gradient(logits.rows(), logits.cols());
  return softmax_cross_entropy<double>(logits, labels, smoothing, 1, gradient).loss;
}

}  // namespace

TEST_CASE("the loss is the definition of cross-entropy with smoothed targets") {
  const MatrixOf<double> logits = random_matrix<double>(5, 4, 1);
  for (const double smoothing : {0.0, 0.1, 0.7}) {
    double expected = 0;
    for (Index i = 0; i < 4; ++i) {
      const double total = logits.col(i).array().exp().sum();
      for (Index k = 0; k < 5; ++k) {
        const double target = smoothing / 5 + (k == labels[static_cast<std::size_t>(i)] ? 1 - smoothing : 0);
        expected -= target * std::log(std::exp(logits(k, i)) / total);
      }
    }
    CHECK(std::abs(total_loss(logits, smoothing) - expected) < 1e-12);
  }
}

TEST_CASE("the gradient of the loss agrees with central differences and carries the scale") {
  MatrixOf<double> logits = 2 * random_matrix<double>(5, 4, 1);
  for (const double smoothing : {0.0, 0.1, 0.7}) {
    MatrixOf<double> gradient = MatrixOf<double>::Constant(5, 4, std::nan(""));
    softmax_cross_entropy<double>(logits, labels, smoothing, 0.25, gradient);
    MatrixOf<double> numeric(5, 4);
    constexpr double step = 1e-5;
    for (Index i = 0; i < logits.size(); ++i) {
      double& value = logits.data()[i];
      const double kept = value;
      value = kept + step;
      const double above = total_loss(logits, smoothing);
      value = kept - step;
      numeric.data()[i] = 0.25 * (above - total_loss(logits, smoothing)) / (2 * step);
      value = kept;
    }
    CHECK(mismatch(gradient, numeric, 0, 1e-9) == "");
    CHECK(gradient.colwise().sum().cwiseAbs().maxCoeff() < 1e-15);  // probabilities and targets both sum to 1
  }
}

TEST_CASE_TEMPLATE("logits of +-1e4 give a finite loss and gradient", S, float, double) {
  MatrixOf<S> logits = MatrixOf<S>::Constant(3, 4, S{-1e4});
  logits(0, 0) = S{1e4};  // sure and right
  logits(0, 1) = S{1e4};  // sure and wrong
  logits.col(3).setConstant(S{1e4});
  const std::vector<Label> truth{0, 1, 2, 0};
  for (const double smoothing : {0.0, 0.1}) {
    MatrixOf<S> gradient(3, 4);
    const LossSum sum = softmax_cross_entropy<S>(logits, truth, smoothing, S{1}, gradient);
    CHECK(std::isfinite(sum.loss));
    CHECK(gradient.allFinite());
    const double share = smoothing / 3;
    const double expected = 2e4 * 2 * share + 2e4 * (1 - smoothing + share) + 2e4 * share + 2 * std::log(3.0);
    CHECK(std::abs(sum.loss - expected) < 1e-6 * expected);
  }
}

TEST_CASE("the loss counts the samples whose class has the highest logit; the lowest class wins a tie") {
  MatrixOf<double> logits(3, 4);
  logits << 1, 0, 5, 5,  //
      2, 3, 5, 5,        //
      0, 9, 0, 0;
  MatrixOf<double> gradient(3, 4);
  CHECK(softmax_cross_entropy<double>(logits, std::vector<Label>{1, 1, 0, 1}, 0, 1, gradient).correct == 2);
}

TEST_CASE("the losses of parts of a batch add up to that of the whole") {
  const MatrixOf<double> logits = random_matrix<double>(5, 4, 1);
  MatrixOf<double> gradient(5, 4);
  MatrixOf<double> parts(5, 4);
  const LossSum whole = softmax_cross_entropy<double>(logits, labels, 0.1, 0.25, gradient);
  LossSum sum;
  const std::span<const Label> all(labels);
  sum += softmax_cross_entropy<double>(logits.leftCols(1), all.first(1), 0.1, 0.25, parts.leftCols(1));
  sum += softmax_cross_entropy<double>(logits.rightCols(3), all.last(3), 0.1, 0.25, parts.rightCols(3));
  CHECK(std::abs(sum.loss - whole.loss) < 1e-14);
  CHECK(sum.correct == whole.correct);
  CHECK(mismatch(parts, gradient, 0, 1e-15) == "");
}

TEST_CASE("the loss refuses sizes and labels that do not fit") {
  const MatrixOf<double> logits = MatrixOf<double>::Zero(3, 2);
  MatrixOf<double> gradient(3, 2);
  MatrixOf<double> narrow(3, 1);
  const auto loss = [&](const std::vector<Label>& truth, MatrixOf<double>& into) {
    return softmax_cross_entropy<double>(logits, truth, 0, 1, into);
  };
  CHECK_THROWS_AS(loss({0}, gradient), ShapeError);
  CHECK_THROWS_AS(loss({0, 1}, narrow), ShapeError);
  CHECK_THROWS_WITH_AS(loss({0, 3}, gradient), doctest::Contains("label 3 of sample 1 is not in 0..2"), ValueError);
  CHECK_THROWS_AS(loss({-1, 0}, gradient), ValueError);
}

TEST_CASE("the gradient of distillation is that of targets between the labels and the teacher") {
  const MatrixOf<double> logits = 2 * random_matrix<double>(5, 4, 1);
  const MatrixOf<double> teacher = 3 * random_matrix<double>(5, 4, 2);
  const auto softmax = [](const MatrixOf<double>& of) {
    MatrixOf<double> result = of.array().exp();
    for (Index i = 0; i < of.cols(); ++i) result.col(i) /= result.col(i).sum();
    return result;
  };
  for (const double share : {0.0, 0.3, 1.0}) {
    MatrixOf<double> gradient(5, 4);
    softmax_cross_entropy<double>(logits, labels, 0, 0.25, gradient);
    distil<double>(logits, teacher, share, 0.25, gradient);
    MatrixOf<double> targets = share * softmax(teacher);
    for (Index i = 0; i < 4; ++i) targets(labels[static_cast<std::size_t>(i)], i) += 1 - share;
    const MatrixOf<double> expected = 0.25 * (softmax(logits) - targets);
    CHECK(mismatch(gradient, expected, 0, 1e-12) == "");
  }
  MatrixOf<double> gradient(5, 4);
  const MatrixOf<double> other = random_matrix<double>(4, 4, 2);
  CHECK_THROWS_AS(distil<double>(logits, other, 0.5, 1, gradient), ShapeError);
}
