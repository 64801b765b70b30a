#include <inkling/core/error.hpp>
#include <inkling/core/rng.hpp>
#include <inkling/model/classifier.hpp>
#include <inkling/model/prior.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "all_close.hpp"

using namespace inkling;
using namespace inkling::test;

namespace {

constexpr Index classes = 5;
constexpr Index samples = 40;

std::vector<double> skewed_prior() {
  return class_prior({1000, 1, 30, 200, 7});
}

/// classes x samples; some of them far from 0.
Matrix random_logits() {
  Rng rng(3);
  Matrix logits(classes, samples);
  for (float& value : logits.reshaped()) value = rng.uniform(-6.0F, 6.0F);
  return logits;
}

}  // namespace

TEST_CASE("class_prior: shares of the counts, and none of 0") {
  CHECK(class_prior({1, 3}) == std::vector<double>{0.25, 0.75});
  CHECK(class_prior({0, 3}) == class_prior({1, 3}));
  CHECK(class_prior({0, 0}) == std::vector<double>{0.5, 0.5});
  const Index most = std::numeric_limits<Index>::max();
  CHECK(class_prior({most, most}) == std::vector<double>{0.5, 0.5});
  const std::vector<double> prior = skewed_prior();
  CHECK(std::accumulate(prior.begin(), prior.end(), 0.0) == doctest::Approx(1));
  CHECK_THROWS_AS(class_prior({}), ValueError);
  CHECK_THROWS_AS(class_prior({3, -1}), ValueError);
}

TEST_CASE("with_uniform_prior: a model that has learned nothing but the prior knows nothing") {
  const std::vector<double> prior = skewed_prior();
  Matrix probabilities(classes, 1);
  for (Index c = 0; c < classes; ++c) probabilities(c) = static_cast<float>(prior[static_cast<std::size_t>(c)]);
  CHECK(mismatch(with_uniform_prior(probabilities, prior), Matrix::Constant(classes, 1, 0.2F), 0, 1e-6) == "");
}

TEST_CASE("with_uniform_prior: subtracts log prior from logits") {
  const std::vector<double> prior = skewed_prior();
  const Matrix logits = random_logits();
  Matrix adjusted = logits;
  for (Index c = 0; c < classes; ++c) {
    adjusted.row(c).array() -= static_cast<float>(std::log(prior[static_cast<std::size_t>(c)]));
  }
  const Matrix result = with_uniform_prior(softmax(logits), prior);
  CHECK(mismatch(result, softmax(adjusted), 0, 1e-5) == "");
  CHECK(mismatch(result.colwise().sum().eval(), Matrix::Ones(1, samples), 0, 1e-6) == "");
  CHECK(best_classes(result) == best_classes(adjusted));
}

TEST_CASE("with_uniform_prior: takes nothing away where all classes were equally frequent") {
  const Matrix probabilities = softmax(random_logits());
  CHECK(mismatch(with_uniform_prior(probabilities, class_prior({7, 7, 7, 7, 7})), probabilities, 0, 1e-6) == "");
}

TEST_CASE("with_uniform_prior: a rare class wins when its probability owes less to its prior") {
  const Matrix probabilities = (Matrix(2, 2) << 0.6F, 0.95F, 0.4F, 0.05F).finished();
  CHECK(best_classes(probabilities) == std::vector<Label>{0, 0});
  const Matrix result = with_uniform_prior(probabilities, {0.9, 0.1});
  CHECK(best_classes(result) == std::vector<Label>{1, 0});
  CHECK(mismatch(result, (Matrix(2, 2) << 1 / 7.0F, 19 / 28.0F, 6 / 7.0F, 9 / 28.0F).finished(), 0, 1e-6) == "");
}

TEST_CASE("with_uniform_prior: certainty stays certain, and extreme priors stay finite") {
  const Matrix certain = (Matrix(2, 1) << 1.0F, 0.0F).finished();
  CHECK(with_uniform_prior(certain, {1 - 1e-18, 1e-18}) == certain);
  const Matrix result = with_uniform_prior((Matrix(2, 1) << 0.5F, 0.5F).finished(), {1.0, 1e-300});
  CHECK(result == (Matrix(2, 1) << 0.0F, 1.0F).finished());
  CHECK(with_uniform_prior(Matrix(2, 0), {0.5, 0.5}).cols() == 0);
}

TEST_CASE("tempered_prior: taken out twice, it is the whole prior") {
  const std::vector<double> prior = skewed_prior();
  const std::vector<double> half = tempered_prior(prior);
  CHECK(std::accumulate(half.begin(), half.end(), 0.0) == doctest::Approx(1));
  CHECK(half[0] / half[2] == doctest::Approx(std::sqrt(prior[0] / prior[2])));
  const Matrix probabilities = (Matrix(5, 2) << 0.4F, 0.1F, 0.1F, 0.2F, 0.3F, 0.2F, 0.1F, 0.4F, 0.1F, 0.1F).finished();
  CHECK(mismatch(with_uniform_prior(with_uniform_prior(probabilities, half), half),
                 with_uniform_prior(probabilities, prior), 0, 1e-5) == "");
  CHECK(tempered_prior({0.5, 0.5}) == std::vector<double>{0.5, 0.5});
  CHECK_THROWS_AS(tempered_prior({0.0, 1.0}), ValueError);
}

TEST_CASE("prior_to_remove: nothing for a natural prior, half for a tempered one, all for a uniform one") {
  const std::vector<double> learned = skewed_prior();
  CHECK(!prior_to_remove(parse_prior("natural"), learned, "m"));
  CHECK(prior_to_remove(parse_prior("tempered"), learned, "m") == tempered_prior(learned));
  CHECK(prior_to_remove(parse_prior("uniform"), learned, "m") == learned);
  CHECK(!prior_to_remove(Prior::natural, std::nullopt, "m"));
  for (const Prior prior : {Prior::tempered, Prior::uniform}) {
    CHECK_THROWS_WITH_AS(prior_to_remove(prior, std::nullopt, "old.safetensors"),
                         doctest::Contains("old.safetensors: a tempered or uniform prior needs"), FormatError);
  }
  CHECK_THROWS_WITH_AS(parse_prior("Uniform"), doctest::Contains("got 'Uniform'"), ValueError);
}

TEST_CASE("with_uniform_prior: refuses what is no prior of these classes") {
  const Matrix probabilities = Matrix::Constant(2, 3, 0.5F);
  CHECK_THROWS_AS(with_uniform_prior(probabilities, {1.0}), ShapeError);
  CHECK_THROWS_AS(with_uniform_prior(probabilities, {0.0, 1.0}), ValueError);
  CHECK_THROWS_AS(with_uniform_prior(probabilities, {-0.5, 1.5}), ValueError);
  CHECK_THROWS_AS(with_uniform_prior(probabilities, {std::nan(""), 1.0}), ValueError);
}
