#include <inkling/core/error.hpp>
#include <inkling/data/dataset.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "idx_files.hpp"

using namespace inkling;
using inkling::test::message_of;

namespace {

constexpr Shape shape{.height = 2, .width = 3};

/// `size` samples of three classes; every byte of sample i is i, and its label i % 3.
Dataset numbered(Index size) {
  Pixels pixels(shape.size(), size);
  std::vector<Label> labels;
  for (Index i = 0; i < size; ++i) {
    pixels.col(i).setConstant(static_cast<std::uint8_t>(i));
    labels.push_back(static_cast<Label>(i % 3));
  }
  return {shape, std::move(pixels), std::move(labels), {"a", "b", "c"}};
}

/// The numbers of the samples, which must still have their labels.
std::vector<int> numbers(const Dataset& data) {
  std::vector<int> result;
  for (Index i = 0; i < data.size(); ++i) {
    const int number = data.image(i).front();
    REQUIRE(std::all_of(data.image(i).begin(), data.image(i).end(), [&](std::uint8_t byte) { return byte == number; }));
    REQUIRE(data.label(i) == number % 3);
    result.push_back(number);
  }
  return result;
}

}  // namespace

TEST_CASE("Dataset holds what it is given") {
  const Dataset data = numbered(5);
  CHECK(data.size() == 5);
  CHECK(data.image_shape() == shape);
  CHECK(data.num_classes() == 3);
  CHECK(data.class_names() == std::vector<std::string>{"a", "b", "c"});
  CHECK(data.labels() == std::vector<Label>{0, 1, 2, 0, 1});
  CHECK(data.image(4).size() == 6);
  CHECK(numbers(data) == std::vector<int>{0, 1, 2, 3, 4});
}

TEST_CASE("Dataset gives its last samples away, and their memory where nobody shares it") {
  Dataset data = numbered(7);
  const Pixels last = data.remove_last(2);
  REQUIRE(last.cols() == 2);
  CHECK(last(0, 0) == 5);
  CHECK(last(5, 1) == 6);
  CHECK(numbers(data) == std::vector<int>{0, 1, 2, 3, 4});

  const Dataset shares = data;
  CHECK(data.remove_last(4).cols() == 4);
  CHECK(numbers(data) == std::vector<int>{0});
  CHECK(numbers(shares) == std::vector<int>{0, 1, 2, 3, 4});

  Dataset chosen = numbered(9).subset(std::vector<Index>{8, 1, 4, 1, 0});
  CHECK(chosen.remove_last(3)(0, 0) == 4);
  CHECK(numbers(chosen) == std::vector<int>{8, 1});
  CHECK(chosen.remove_last(1)(0, 0) == 1);
  CHECK(numbers(chosen) == std::vector<int>{8});
  CHECK(chosen.remove_last(0).cols() == 0);
  CHECK_THROWS_AS(chosen.remove_last(2), ValueError);
  CHECK_THROWS_AS(chosen.remove_last(-1), ValueError);
  CHECK(chosen.remove_last(1)(0, 0) == 8);
  CHECK(chosen.size() == 0);
  CHECK(chosen.remove_last(0).cols() == 0);
  CHECK(chosen.class_names().size() == 3);
}

TEST_CASE("Dataset refuses sizes that do not fit, and labels without a class") {
  const auto make = [](Index rows, Index cols, std::vector<Label> labels) {
    return Dataset(shape, Pixels::Zero(rows, cols), std::move(labels), {"a", "b"});
  };
  CHECK_NOTHROW(make(6, 2, {0, 1}));
  CHECK_NOTHROW(make(6, 0, {}));
  CHECK(message_of<ShapeError>([&] { make(5, 2, {0, 1}); }) == "Dataset: images of 2x3x1 need 6 bytes a column, got 5");
  CHECK(message_of<ShapeError>([&] { make(6, 3, {0, 1}); }) == "Dataset: 3 images but 2 labels");
  CHECK(message_of<ValueError>([&] { make(6, 2, {0, 2}); }) == "Dataset: label 2 of sample 1 is not in 0..1");
  CHECK_THROWS_AS(make(6, 2, {-1, 0}), ValueError);
}

TEST_CASE("Dataset::pixels copies a range of samples") {
  const std::vector<Index> chosen{4, 2, 0};
  const Dataset data = numbered(6).subset(chosen);
  const Pixels some = data.pixels(1, 2);
  REQUIRE(some.rows() == 6);
  REQUIRE(some.cols() == 2);
  CHECK((some.col(0).array() == 2).all());
  CHECK((some.col(1).array() == 0).all());
  CHECK(data.pixels().cols() == 3);
  CHECK(data.pixels(3, 0).cols() == 0);
  for (const auto& [first, count] : {std::pair<Index, Index>{-1, 1}, {0, 4}, {3, 1}, {0, -1}}) {
    CHECK_THROWS_AS(data.pixels(first, count), ValueError);
  }
}

TEST_CASE("subsets select in any order, repeat, nest, and share the images") {
  const Dataset data = numbered(6);
  const Dataset some = data.subset(std::vector<Index>{5, 1, 1, 3});
  CHECK(numbers(some) == std::vector<int>{5, 1, 1, 3});
  CHECK(numbers(some.subset(std::vector<Index>{3, 0})) == std::vector<int>{3, 5});
  CHECK(some.image(0).data() == data.image(5).data());
  CHECK(some.subset({}).size() == 0);
  CHECK_THROWS_AS(some.subset(std::vector<Index>{4}), ValueError);
  CHECK_THROWS_AS(some.subset(std::vector<Index>{-1}), ValueError);
}

TEST_CASE("take keeps the first samples") {
  const Dataset data = numbered(4);
  CHECK(numbers(data.take(2)) == std::vector<int>{0, 1});
  CHECK(data.take(9).size() == 4);
  CHECK(data.take(0).size() == 0);
  CHECK(data.take(-1).size() == 0);
}

TEST_CASE("a view of a Dataset outlives the Dataset") {
  const Dataset part = [] { return numbered(6).take(3); }();
  CHECK(numbers(part) == std::vector<int>{0, 1, 2});
}

TEST_CASE("shuffled permutes by the seed") {
  const Dataset data = numbered(100);
  const std::vector<int> order = numbers(data.shuffled(1));
  CHECK(order != numbers(data));
  CHECK(order == numbers(data.shuffled(1)));
  CHECK(order != numbers(data.shuffled(2)));
  std::vector<int> sorted = order;
  std::sort(sorted.begin(), sorted.end());
  CHECK(sorted == numbers(data));
}

TEST_CASE("stratified_split cuts each class at the same share and loses nothing") {
  const Dataset data = numbered(200).shuffled(3);  // 67, 67 and 66 of the classes
  const auto [first, second] = data.stratified_split(0.25, 9);
  const auto count = [](const Dataset& part, Label label) {
    const std::vector<Label> labels = part.labels();
    return std::count(labels.begin(), labels.end(), label);
  };
  for (Label c = 0; c < 3; ++c) CHECK(count(second, c) == 17);  // 16.75 and 16.5, rounded
  CHECK(first.size() + second.size() == 200);

  std::vector<int> all = numbers(first);
  const std::vector<int> rest = numbers(second);
  all.insert(all.end(), rest.begin(), rest.end());
  std::sort(all.begin(), all.end());
  CHECK(all == numbers(numbered(200)));
}

TEST_CASE("stratified_split depends on the seed, and keeps the order") {
  const Dataset data = numbered(90);
  const auto [first, second] = data.stratified_split(0.5, 1);
  const std::vector<int> part = numbers(second);
  CHECK(std::is_sorted(part.begin(), part.end()));
  CHECK(part == numbers(data.stratified_split(0.5, 1).second));
  CHECK(part != numbers(data.stratified_split(0.5, 2).second));
  for (const double fraction : {0.0, 1.0, -0.5, 2.0, std::nan("")}) {
    CHECK_THROWS_AS(data.stratified_split(fraction, 1), ValueError);
  }
}

TEST_CASE("stratified_fold deals every class out to folds that share no sample and miss none") {
  const Dataset data = numbered(200).shuffled(3);  // 67, 67 and 66 of the classes
  std::vector<int> all;
  for (Index fold = 0; fold < 4; ++fold) {
    const auto [rest, held_out] = data.stratified_fold(fold, 4, 9);
    CHECK(held_out.size() == 50);
    const std::vector<Label> labels = held_out.labels();
    for (Label c = 0; c < 3; ++c) {
      const auto count = std::count(labels.begin(), labels.end(), c);
      CHECK((count == 16 || count == 17));
    }
    const std::vector<int> inside = numbers(held_out);
    std::vector<int> both = numbers(rest);
    both.insert(both.end(), inside.begin(), inside.end());
    std::sort(both.begin(), both.end());
    CHECK(both == numbers(numbered(200)));
    all.insert(all.end(), inside.begin(), inside.end());
  }
  std::sort(all.begin(), all.end());
  CHECK(all == numbers(numbered(200)));
}

TEST_CASE("stratified_fold depends on the seed, keeps the order, and refuses folds that cannot be") {
  const Dataset data = numbered(90);
  const auto [rest, held_out] = data.stratified_fold(1, 3, 1);
  const std::vector<int> part = numbers(held_out);
  const std::vector<int> others = numbers(rest);
  CHECK(std::is_sorted(part.begin(), part.end()));
  CHECK(std::is_sorted(others.begin(), others.end()));
  CHECK(part == numbers(data.stratified_fold(1, 3, 1).second));
  CHECK(part != numbers(data.stratified_fold(1, 3, 2).second));
  CHECK(numbered(5).stratified_fold(4, 5, 1).second.size() == 1);
  CHECK_THROWS_AS(data.stratified_fold(0, 1, 1), ValueError);
  CHECK_THROWS_AS(data.stratified_fold(0, 91, 1), ValueError);
  CHECK_THROWS_AS(data.stratified_fold(-1, 3, 1), ValueError);
  CHECK_THROWS_AS(data.stratified_fold(3, 3, 1), ValueError);
}

TEST_CASE("images of a negative shape are refused, whose size is above 0") {
  CHECK_THROWS_AS(Dataset({-2, -3, 1}, Pixels(6, 1), {0}, {"a"}), ShapeError);
}
