#include <inkling/data/sample.hpp>
#include <inkling/svm/choose_c.hpp>
#include <inkling/svm/fit_svm.hpp>
#include <inkling/svm/linear_svm.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace inkling;

namespace {

Dataset digits(Index count) {
  return load_sample(std::string(INKLING_SOURCE_DIR) + "/data").first.take(count);
}

}  // namespace

TEST_CASE("choose_c takes the candidate that does best on held-out folds, whatever their order") {
  const Dataset data = digits(150);
  const CChoice choice = choose_c(data, {}, {.candidates = {1, 1e-7, 0.05}});
  REQUIRE(choice.accuracy.size() == 3);
  CHECK(choice.accuracy[0] < 0.6);  // hardly allowed to learn
  CHECK(choice.accuracy[1] > 0.7);
  const auto best = std::max_element(choice.accuracy.begin(), choice.accuracy.end()) - choice.accuracy.begin();
  CHECK(choice.c == std::vector<double>{1e-7, 0.05, 1}[static_cast<std::size_t>(best)]);
  for (const int threads : {1, 3}) {
    const CChoice again = choose_c(data, {.threads = threads}, {.candidates = {1e-7, 0.05, 1}});
    CHECK(again.accuracy == choice.accuracy);
  }
}

TEST_CASE("choose_c with a fold for each sample tests it by a machine that saw all the others") {
  const Dataset data = digits(24);
  Index right = 0;
  for (Index left_out = 0; left_out < data.size(); ++left_out) {
    std::vector<Index> others;
    for (Index i = 0; i < data.size(); ++i) {
      if (i != left_out) others.push_back(i);
    }
    const LinearSvm svm = fit_svm(data.subset(others), {.c = 0.05});
    right += svm.predict(data.subset(std::vector<Index>{left_out}).pixels())[0] == data.label(left_out) ? 1 : 0;
  }
  const CChoice choice = choose_c(data, {}, {.candidates = {0.05}, .folds = data.size()});
  CHECK(choice.accuracy[0] == doctest::Approx(static_cast<double>(right) / static_cast<double>(data.size())));
}

TEST_CASE("choose_c finds features once, and the same ones that fit learns from") {
  const Dataset data = digits(300);
  const CChoice choice = choose_c(data, {.hog = HogOptions{.cells = {7}}}, {.candidates = {0.1}, .folds = 2});
  CHECK(choice.c == 0.1);
  CHECK(choice.accuracy[0] > 0.8);
}

TEST_CASE("choose_c refuses a search that makes no sense") {
  const Dataset data = digits(10);
  CHECK_THROWS_AS(choose_c(data, {}, {.candidates = {}}), ValueError);
  CHECK_THROWS_AS(choose_c(data, {}, {.candidates = {0.1, -1}}), ValueError);
  CHECK_THROWS_AS(choose_c(data, {}, {.folds = 1}), ValueError);
  CHECK_THROWS_AS(choose_c(data, {}, {.folds = 11}), ValueError);
}
