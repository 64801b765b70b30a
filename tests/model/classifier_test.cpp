#include <inkling/core/error.hpp>
#include <inkling/model/classifier.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "all_close.hpp"

using namespace inkling;
using inkling::test::mismatch;

namespace {

/// Scores class c of an image with its byte c.
class Echo : public Classifier {
 public:
  explicit Echo(ScoreKind score_kind, Shape input = {.width = 3}, std::vector<std::string> names = {"a", "b", "c"})
      : Classifier(input, std::move(names)), score_kind_(score_kind) {}
  std::string_view kind() const noexcept override { return "echo"; }
  ScoreKind score_kind() const noexcept override { return score_kind_; }
  std::unique_ptr<Classifier> clone() const override { return std::make_unique<Echo>(*this); }
  Index parameter_count() const noexcept override { return 0; }

 private:
  void compute_scores(const Pixels& images, Matrix& result, int) const override { result = images.cast<float>(); }

  ScoreKind score_kind_;
};

Pixels two_images() {
  Pixels images(3, 2);
  images << 1, 4,  //
      3, 4,        //
      2, 0;
  return images;
}

}  // namespace

TEST_CASE("best_classes: the lowest class wins a tie") {
  Matrix scores(3, 3);
  scores << 1, 2, -3,  //
      5, 2, -2,        //
      5, 1, -1;
  CHECK(best_classes(scores) == std::vector<Label>{1, 0, 2});
  CHECK(best_classes(Matrix(3, 0)).empty());
}

TEST_CASE("softmax") {
  Matrix scores(2, 3);
  scores << 0, 1000, -3e38F,  //
      std::log(3.0F), 0, -3e38F;
  Matrix expected(2, 3);
  expected << 0.25F, 1, 0.5F,  //
      0.75F, 0, 0.5F;
  CHECK(mismatch(softmax(scores), expected, 1e-6) == "");
  CHECK(std::abs(softmax(scores, 2)(1, 0) - std::sqrt(3.0F) / (1 + std::sqrt(3.0F))) < 1e-6F);
}

TEST_CASE("Classifier checks images, and turns scores into predictions") {
  const Echo echo(ScoreKind::vote);
  CHECK(echo.num_classes() == 3);
  CHECK(echo.scores(two_images()) == two_images().cast<float>());
  CHECK(echo.predict(two_images()) == std::vector<Label>{1, 0});
  CHECK(echo.predict(Pixels(3, 0)).empty());
  CHECK(echo.recognise(two_images()).probabilities == echo.probabilities(two_images()));
  CHECK_FALSE(echo.recognise(two_images()).evidence.has_value());
  CHECK_THROWS_WITH_AS(echo.scores(Pixels(4, 1)), "Classifier: expected images of 1x3x1 (3 bytes a column), got 4",
                       ShapeError);
}

TEST_CASE("Classifier: margins alone become probabilities by softmax") {
  CHECK(Echo(ScoreKind::probability).probabilities(two_images()) == two_images().cast<float>());
  CHECK(Echo(ScoreKind::vote).probabilities(two_images()) == two_images().cast<float>());

  Echo margins(ScoreKind::margin);
  CHECK(margins.probabilities(two_images()) == softmax(two_images().cast<float>()));
  margins.set_temperature(2.5F);
  CHECK(margins.temperature() == 2.5F);
  CHECK(margins.probabilities(two_images()) == softmax(two_images().cast<float>(), 2.5F));
  CHECK(margins.clone()->probabilities(two_images()) == margins.probabilities(two_images()));
  CHECK_THROWS_AS(margins.set_temperature(0), ValueError);
  CHECK_THROWS_AS(margins.set_temperature(std::nanf("")), ValueError);
}

TEST_CASE("Classifier needs an input and a class") {
  CHECK_THROWS_AS(Echo(ScoreKind::vote, {.width = 0}), ShapeError);
  CHECK_THROWS_AS(Echo(ScoreKind::vote, {.width = 3}, {}), ValueError);
}

TEST_CASE("the logits of a sample's votes do not depend on the samples beside it") {
  Matrix shares(3, 9);
  for (Index i = 0; i < shares.size(); ++i) shares(i) = 0.03F * static_cast<float>(i) + 0.0123F;
  const Matrix logits = vote_logits(shares);
  for (Index i = 0; i < shares.cols(); ++i) CHECK(vote_logits(shares.col(i)) == logits.col(i));
}

TEST_CASE("a temperature is a number above 0, for a classifier and for softmax") {
  Echo echo(ScoreKind::margin);
  for (const float odd : {0.0F, -1.0F, std::nanf(""), HUGE_VALF}) {
    CHECK_THROWS_AS(echo.set_temperature(odd), ValueError);
    CHECK_THROWS_AS(softmax(Matrix::Zero(2, 1), odd), ValueError);
  }
  CHECK_THROWS_AS(softmax(Matrix(0, 2)), ShapeError);
  Vector evidence(1);
  CHECK_THROWS_AS(softmax(Matrix::Zero(2, 3), 1, &evidence), ShapeError);
}

TEST_CASE("the evidence of softmax is the logarithm of what it divides out, at any temperature") {
  const Matrix scores{{1, 200}, {3, 100}};
  Vector evidence(2);
  softmax(scores, 2, &evidence);
  CHECK(std::abs(evidence(0) - std::log(std::exp(0.5F) + std::exp(1.5F))) < 1e-6F);
  CHECK(std::abs(evidence(1) - 100) < 1e-4F);
}
