#include <inkling/core/error.hpp>
#include <inkling/model/confusion_matrix.hpp>
#include <inkling/model/metrics.hpp>

#include <doctest/doctest.h>

#include <vector>

#include "close.hpp"

using namespace inkling;
using inkling::test::close;

namespace {

using Labels = std::vector<Label>;

const Labels truth{0, 0, 0, 1, 1, 2, 2, 2, 2, 2};
const Labels predicted{0, 1, 1, 1, 2, 2, 2, 2, 0, 0};

}  // namespace

TEST_CASE("ConfusionMatrix: rows are the true class") {
  const ConfusionMatrix matrix(truth, predicted, 4);
  MatrixOf<Index> expected(4, 4);
  expected << 1, 2, 0, 0,  //
      0, 1, 1, 0,          //
      2, 0, 3, 0,          //
      0, 0, 0, 0;
  CHECK(matrix.counts() == expected);
  CHECK(matrix(0, 1) == 2);
  CHECK(matrix(1, 0) == 0);
  CHECK(matrix.num_classes() == 4);
  CHECK(matrix.samples() == 10);
  CHECK(matrix.accuracy() == accuracy(truth, predicted));
  CHECK(matrix.accuracy() == 0.5);
}

TEST_CASE("ConfusionMatrix: precision, recall and F1 of a class") {
  const ConfusionMatrix matrix(truth, predicted, 4);
  const auto first = matrix.of_class(0);
  CHECK(close(first.precision, 1.0 / 3));
  CHECK(close(first.recall, 1.0 / 3));
  CHECK(close(first.f1, 1.0 / 3));
  CHECK(first.support == 3);
  const auto third = matrix.of_class(2);
  CHECK(close(third.precision, 3.0 / 4));
  CHECK(close(third.recall, 3.0 / 5));
  CHECK(close(third.f1, 2 * 0.75 * 0.6 / (0.75 + 0.6)));
  CHECK(third.support == 5);
  const auto absent = matrix.of_class(3);
  CHECK(absent.precision == 0);
  CHECK(absent.recall == 0);
  CHECK(absent.f1 == 0);
  CHECK(absent.support == 0);
}

TEST_CASE("ConfusionMatrix: macro F1 is the mean over the classes that have samples") {
  const ConfusionMatrix matrix(truth, predicted, 4);
  CHECK(close(matrix.macro_f1(), (1.0 / 3 + 2.0 / 5 + 2.0 / 3) / 3));
  CHECK(ConfusionMatrix(Labels{0, 1}, Labels{0, 1}, 5).macro_f1() == 1);
}

TEST_CASE("ConfusionMatrix: the most confused pairs come first, equal ones in the order of the classes") {
  const ConfusionMatrix matrix(truth, predicted, 4);
  using Confusion = ConfusionMatrix::Confusion;
  CHECK(matrix.most_confused(10) == std::vector<Confusion>{{0, 1, 2}, {2, 0, 2}, {1, 2, 1}});
  CHECK(matrix.most_confused(1) == std::vector<Confusion>{{0, 1, 2}});
  CHECK(matrix.most_confused(0).empty());
  CHECK(matrix.most_confused(-1).empty());
}

TEST_CASE("ConfusionMatrix without samples") {
  const ConfusionMatrix matrix(3);
  CHECK(matrix.samples() == 0);
  CHECK(matrix.accuracy() == 0);
  CHECK(matrix.macro_f1() == 0);
  CHECK(matrix.most_confused(5).empty());
}

TEST_CASE("ConfusionMatrix refuses what does not fit") {
  CHECK_THROWS_AS(ConfusionMatrix(0), ValueError);
  CHECK_THROWS_AS(ConfusionMatrix(Labels{0, 1}, Labels{0}, 2), ShapeError);
  CHECK_THROWS_AS(ConfusionMatrix(Labels{0}, Labels{2}, 2), ValueError);
  CHECK_THROWS_AS(ConfusionMatrix(Labels{-1}, Labels{0}, 2), ValueError);
}

TEST_CASE("classes that are not there are refused wherever they are asked for") {
  ConfusionMatrix matrix(3);
  for (const Label label : {-1, 3, 1000}) {
    CHECK_THROWS_AS(matrix.add(label, 0), ValueError);
    CHECK_THROWS_AS(matrix.add(0, label), ValueError);
    CHECK_THROWS_AS(matrix(label, 0), ValueError);
    CHECK_THROWS_AS(matrix(0, label), ValueError);
    CHECK_THROWS_AS(matrix.of_class(label), ValueError);
  }
  CHECK(matrix.samples() == 0);
}
