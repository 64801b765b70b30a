#include <inkling/core/rng.hpp>
#include <inkling/data/sample.hpp>
#include <inkling/forest/detail/training_data.hpp>
#include <inkling/forest/detail/tree_grower.hpp>
#include <inkling/forest/fit_forest.hpp>
#include <inkling/forest/quantile_bins.hpp>
#include <inkling/forest/random_forest.hpp>
#include <inkling/model/classifier.hpp>
#include <inkling/model/metrics.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "all_close.hpp"
#include "leaning_data.hpp"
#include "naive_split.hpp"
#include "thread_ranks.hpp"

using namespace inkling;
using forest::Node;
using test::leaning_data;

namespace {

std::pair<Dataset, Dataset> digits() {
  return load_sample(std::string(INKLING_SOURCE_DIR) + "/data");
}

bool same(const RandomForest& a, const RandomForest& b) {
  return std::ranges::equal(a.nodes(), b.nodes()) && std::ranges::equal(a.roots(), b.roots()) &&
         std::ranges::equal(a.leaf_table(), b.leaf_table()) && a.out_of_bag_accuracy() == b.out_of_bag_accuracy() &&
         a.impurity_importance() == b.impurity_importance() && a.temperature() == b.temperature();
}

Index count_leaves(const RandomForest& forest) {
  return std::ranges::count_if(forest.nodes(), [](const Node& node) { return node.is_leaf(); });
}

Index depth(const RandomForest& forest, std::uint32_t node = 0) {
  if (forest.nodes()[node].is_leaf()) return 0;
  const std::uint32_t child = forest.nodes()[node].child;
  return 1 + std::max(depth(forest, child), depth(forest, child + 1));
}

/// Follows the training samples down a tree that tried all features, and compares every node with brute force.
class NaiveCheck {
 public:
  NaiveCheck(const RandomForest& forest, const Dataset& data, Index min_leaf)
      : forest_(forest), columns_(data.pixels().transpose()), min_leaf_(static_cast<double>(min_leaf)) {
    std::vector<forest::detail::Sample> samples;
    for (Index i = 0; i < data.size(); ++i) {
      samples.push_back({static_cast<std::uint32_t>(i), static_cast<std::uint16_t>(data.label(i)), 1});
    }
    visit(0, samples);
  }

 private:
  void visit(std::uint32_t index, const std::vector<forest::detail::Sample>& samples) {
    const Node& node = forest_.nodes()[index];
    const auto classes = static_cast<std::size_t>(forest_.num_classes());
    std::map<std::uint16_t, int> counts;
    for (const forest::detail::Sample& s : samples) ++counts[s.label];
    double best = 0;
    if (counts.size() > 1) {
      for (Index f = 0; f < columns_.cols(); ++f) {
        best = std::max(best, test::naive_best_score(samples, columns_.col(f).data(), classes, min_leaf_));
      }
    }
    REQUIRE(node.is_leaf() == !(best > 0));
    if (node.is_leaf()) return check_leaf(node, counts);
    const std::uint8_t* column = columns_.col(node.feature).data();
    CHECK(test::naive_score(samples, column, node.threshold, classes, min_leaf_) == best);
    std::vector<forest::detail::Sample> left;
    std::vector<forest::detail::Sample> right;
    for (const forest::detail::Sample& s : samples) (column[s.row] <= node.threshold ? left : right).push_back(s);
    visit(node.child, left);
    visit(node.child + 1, right);
  }

  void check_leaf(const Node& node, const std::map<std::uint16_t, int>& counts) const {
    REQUIRE(node.is_mixed() == (counts.size() > 1));
    if (!node.is_mixed()) {
      CHECK(node.child == counts.begin()->first);
      return;
    }
    std::size_t k = node.child;
    REQUIRE(forest_.leaf_table()[k++] == counts.size());
    for (const auto& [label, count] : counts) {
      CHECK(forest_.leaf_table()[k++] == label);
      CHECK(forest_.leaf_table()[k++] == count);
    }
  }

  const RandomForest& forest_;
  Pixels columns_;  // samples x features
  double min_leaf_;
};

}  // namespace

// 1,500 samples begin in the shared columns and go on in blocks; 4,500 begin with histograms.
TEST_CASE("A tree that tries all features splits as brute force does") {
  struct Case {
    Index samples, features, classes, min_leaf;
  };
  for (const Case& c : {Case{40, 6, 3, 1}, Case{200, 9, 4, 3}, Case{1500, 4, 5, 1}, Case{4500, 2, 3, 1}}) {
    CAPTURE(c.samples);
    const Dataset data = leaning_data(c.samples, c.features, c.classes, 11);
    const RandomForest forest =
        fit_forest(data, {.trees = 1, .max_features = c.features, .min_samples_leaf = c.min_leaf, .bootstrap = false});
    NaiveCheck(forest, data, c.min_leaf);
  }
}

TEST_CASE("The forest is the same for any number of threads, and differs between seeds") {
  const Dataset data = leaning_data(2000, 20, 6, 2);
  const ForestOptions options{.trees = 9, .seed = 5, .threads = 1};
  const RandomForest forest = fit_forest(data, options);
  for (const int threads : {2, 3, 8}) {
    ForestOptions other = options;
    other.threads = threads;
    CHECK(same(forest, fit_forest(data, other)));
    CHECK(forest.scores(data.pixels(), threads) == forest.scores(data.pixels(), 1));
  }
  ForestOptions other = options;
  other.seed = 6;
  CHECK_FALSE(same(forest, fit_forest(data, other)));
}

TEST_CASE("The forest is the same for any number of ranks, wherever it is stopped") {
  const Dataset data = leaning_data(400, 20, 6, 2);
  ForestOptions options{.trees = 70, .seed = 5, .threads = 1};
  const RandomForest whole = fit_forest(data, options);
  const auto stop_at = [](Index tree) {
    return [tree](const Progress& progress) { return progress.step == tree ? Flow::stop : Flow::go_on; };
  };
  options.on_progress = stop_at(19);
  const RandomForest stopped = fit_forest(data, options);
  CHECK(stopped.num_trees() == 19);
  options.seed = 6;
  const RandomForest of_another_seed = fit_forest(data, options);
  const Dataset images = digits().second.take(40);
  for (const int size : {2, 3}) {
    CAPTURE(size);
    ThreadRanks(size).run([&](Collective& ranks, int rank) {
      ForestOptions together{.trees = 70, .seed = 5, .threads = 1 + rank, .ranks = &ranks};
      const RandomForest forest = fit_forest(data, together);
      CHECK(same(forest, whole));
      CHECK(forest.training().importance == whole.training().importance);
      CHECK(forest.out_of_bag_confusion()->counts() == whole.out_of_bag_confusion()->counts());
      CHECK(forest.temperature() == whole.temperature());
      if (rank == 1) together.on_progress = stop_at(19);
      CHECK(same(fit_forest(data, together), stopped));
      together.on_progress = {};
      CHECK(same(grow_forest(stopped, data, together), whole));
      CHECK_THROWS_AS(fit_forest(rank == 0 ? data : leaning_data(400, 20, 6, 3), together), ValueError);
      CHECK_THROWS_AS(grow_forest(rank == 1 ? of_another_seed : stopped, data, together), ValueError);
      ForestOptions other = together;
      other.seed = rank == 0 ? 5 : 6;
      CHECK_THROWS_AS(fit_forest(data, other), ValueError);
      other = together;
      if (rank == 1) other.max_features = 7;
      CHECK_THROWS_AS(fit_forest(data, other), ValueError);
      other = together;
      other.trees = 3;
      other.hog = HogOptions{};
      const ForestOptions alone{.trees = 3, .hog = HogOptions{}, .seed = 5, .threads = 1};
      CHECK(same(fit_forest(images, other), fit_forest(images, alone)));
      if (rank == 1) other.hog->bins = 6;
      CHECK_THROWS_AS(fit_forest(images, other), ValueError);
    });
  }
}

TEST_CASE("Growing a forest further gives the forest grown at once, however it is cut") {
  const Dataset data = leaning_data(400, 10, 3, 2);
  ForestOptions options{.trees = 70, .seed = 4};
  const RandomForest whole = fit_forest(data, options);
  options.trees = 3;
  RandomForest forest = fit_forest(data, options);
  for (const Index trees : {3, 20, 70}) {
    options.trees = trees;
    options.threads = static_cast<int>(trees % 3);
    forest = grow_forest(forest, data, options);
    CHECK(forest.num_trees() == trees);
  }
  CHECK(same(forest, whole));
  CHECK(forest.out_of_bag_confusion()->counts() == whole.out_of_bag_confusion()->counts());
  options.trees = 69;
  CHECK_THROWS_AS(grow_forest(whole, data, options), ValueError);
  options.trees = 80;
  CHECK_THROWS_AS(grow_forest(whole, leaning_data(400, 11, 3, 2), options), ValueError);
  CHECK_THROWS_AS(grow_forest(whole, leaning_data(400, 10, 4, 2), options), ValueError);
}

TEST_CASE("A merged forest votes with the trees of both") {
  const Dataset data = leaning_data(300, 10, 3, 2);
  const RandomForest a = fit_forest(data, {.trees = 4, .min_samples_leaf = 4, .seed = 1});
  const RandomForest b = fit_forest(data, {.trees = 12, .min_samples_leaf = 4, .seed = 2});
  const RandomForest both = RandomForest::merged(a, b);
  CHECK(both.num_trees() == 16);
  CHECK(test::mismatch(both.scores(data.pixels()), 0.25F * a.scores(data.pixels()) + 0.75F * b.scores(data.pixels()), 0,
                       1e-6) == "");
  CHECK_FALSE(both.out_of_bag_confusion());
  const auto importance = both.impurity_importance();
  for (std::size_t f = 0; f < importance.size(); ++f) {
    const double mean = 0.25 * a.impurity_importance()[f] + 0.75 * b.impurity_importance()[f];
    CHECK(importance[f] == doctest::Approx(mean));
  }
  CHECK_THROWS_AS(RandomForest::merged(a, fit_forest(leaning_data(9, 9, 3, 2), {.trees = 1})), ValueError);
}

TEST_CASE("Extremely random trees put the training data into pure leaves, too") {
  const Dataset data = leaning_data(500, 12, 4, 7);
  const ForestOptions options{.trees = 1, .bootstrap = false, .random_thresholds = true};
  const RandomForest tree = fit_forest(data, options);
  CHECK(tree.leaf_table().empty());
  CHECK(tree.predict(data.pixels()) == data.labels());
  CHECK_FALSE(std::ranges::equal(tree.nodes(), fit_forest(data, {.trees = 1, .bootstrap = false}).nodes()));
  for (const int threads : {1, 3}) {
    CHECK(same(fit_forest(data, {.trees = 5, .random_thresholds = true, .threads = threads}),
               fit_forest(data, {.trees = 5, .random_thresholds = true, .threads = 2})));
  }
}

TEST_CASE("Packed data grows the same trees") {
  const Dataset data = leaning_data(24000, 30, 5, 12);
  std::vector<ForestOptions> cases(5);
  cases[1].max_features = 30;
  cases[2].random_thresholds = true;
  cases[3].class_weights = {1, 2, 0.5, 1, 3};
  cases[4].bootstrap = false;
  cases[4].min_samples_leaf = 1500;  // large nodes that most features cannot split
  for (const ForestOptions& options : cases) {
    const forest::detail::TrainingData packed(data, {}, 1, 0);
    const forest::detail::TrainingData twice(data, {}, 1);
    CHECK_FALSE(packed.holds_columns());
    CHECK(twice.holds_columns());
    forest::detail::TreeGrower by_samples(packed, options);
    forest::detail::TreeGrower by_features(twice, options);
    for (const std::uint64_t seed : {3, 4}) {
      const forest::detail::Tree tree = by_samples.grow(seed);
      const forest::detail::Tree same = by_features.grow(seed);
      CHECK(tree.nodes.size() > 10);
      CHECK(tree.nodes == same.nodes);
      CHECK(tree.leaf_table == same.leaf_table);
      CHECK(tree.importance == same.importance);
    }
  }
}

TEST_CASE("A class of weight 3 splits as one whose samples are there three times") {
  const Dataset data = leaning_data(300, 6, 3, 5);
  std::vector<Index> repeated;
  for (Index i = 0; i < data.size(); ++i) {
    for (int k = 0; k < (data.label(i) == 1 ? 3 : 1); ++k) repeated.push_back(i);
  }
  const ForestOptions plain{.trees = 1, .max_features = 6, .max_leaves = 20, .bootstrap = false};
  ForestOptions weighted = plain;
  weighted.class_weights = {0.5, 1.5, 0.5};
  const RandomForest a = fit_forest(data, weighted);
  const RandomForest b = fit_forest(data.subset(repeated), plain);
  REQUIRE(count_leaves(b) == 20);
  CHECK(std::ranges::equal(a.nodes(), b.nodes()));
  CHECK(test::mismatch(a.scores(data.pixels()), b.scores(data.pixels()), 0, 1e-4) == "");
}

TEST_CASE("Balanced weights give a rare class as many votes in all as a frequent one") {
  const Dataset data({1, 1, 1}, Pixels::Constant(1, 10, 5), {0, 0, 0, 0, 0, 0, 0, 0, 1, 1}, {"a", "b", "none"});
  const std::vector<double> weights = balanced_class_weights(data);
  CHECK(weights == std::vector<double>{0.625, 2.5, 1});
  const RandomForest forest = fit_forest(data, {.trees = 1, .bootstrap = false, .class_weights = weights});
  Vector expected(3);
  expected << 0.5F, 0.5F, 0;
  CHECK(forest.scores(data.pixels()).col(0) == expected);
  CHECK_THROWS_AS(fit_forest(data, {.class_weights = {1, 1}}), ValueError);
  CHECK_THROWS_AS(fit_forest(data, {.class_weights = {1, 0, 1}}), ValueError);
  CHECK_THROWS_AS(fit_forest(data, {.class_weights = {1, -1, 1}}), ValueError);
}

TEST_CASE("More trees only add trees") {
  const Dataset data = leaning_data(300, 10, 3, 2);
  const RandomForest few = fit_forest(data, {.trees = 2});
  const RandomForest more = fit_forest(data, {.trees = 5});
  CHECK(std::ranges::equal(few.nodes(), more.nodes().first(few.nodes().size())));
}

TEST_CASE("Vote shares sum to 1 and are the mean of the leaves' class shares") {
  const Dataset data = leaning_data(500, 12, 5, 3);
  const RandomForest forest = fit_forest(data, {.trees = 20, .min_samples_leaf = 10});
  const Pixels images = data.pixels(0, 100);
  const Matrix shares = forest.scores(images);
  CHECK(shares.minCoeff() >= 0);
  CHECK(test::mismatch(shares.colwise().sum(), Matrix::Ones(1, 100), 0, 1e-5) == "");

  Matrix naive = Matrix::Zero(5, 100);  // classes x images
  for (Index i = 0; i < 100; ++i) {
    for (const std::uint32_t root : forest.roots()) {
      std::uint32_t at = root;
      while (!forest.nodes()[at].is_leaf()) {
        const Node& node = forest.nodes()[at];
        at = node.child + (images(node.feature, i) <= node.threshold ? 0 : 1);
      }
      const Node& leaf = forest.nodes()[at];
      if (!leaf.is_mixed()) {
        naive(leaf.child, i) += 1;
        continue;
      }
      const auto record = forest.leaf_table().subspan(leaf.child);
      float total = 0;
      for (std::size_t k = 0; k < record[0]; ++k) total += record[2 + 2 * k];
      CHECK(total >= 10);
      for (std::size_t k = 0; k < record[0]; ++k) naive(record[1 + 2 * k], i) += record[2 + 2 * k] / total;
    }
  }
  CHECK(test::mismatch(shares, naive / 20.0F, 0, 1e-6) == "");

  for (Index i = 0; i < 100; ++i) CHECK(forest.scores(images.col(i)) == shares.col(i));
}

TEST_CASE("Depth, leaf size and leaves are limited") {
  const Dataset data = leaning_data(800, 10, 4, 4);
  CHECK(depth(fit_forest(data, {.trees = 1, .max_depth = 1})) == 1);
  CHECK(depth(fit_forest(data, {.trees = 1, .max_depth = 4})) == 4);
  CHECK(depth(fit_forest(data, {.trees = 1})) > 4);
  for (const Index leaves : {1, 2, 3, 17, 30}) {
    CHECK(count_leaves(fit_forest(data, {.trees = 1, .max_leaves = leaves})) == leaves);
  }
  const RandomForest all = fit_forest(data, {.trees = 1});
  CHECK(same(all, fit_forest(data, {.trees = 1, .max_leaves = 100000})));
}

TEST_CASE("Limited leaves go to the splits of the largest gain") {
  // Feature 0 cuts 100 samples of class 0 and 1 (feature 1 tells them apart) from 11 of class 2 and 3 (feature 2 does).
  Pixels pixels(3, 111);
  std::vector<Label> labels;
  for (Index i = 0; i < 111; ++i) {
    labels.push_back(i < 100 ? static_cast<Label>(i % 2) : static_cast<Label>(2 + i % 2));
    pixels.col(i) << (i < 100 ? 0 : 200), (labels.back() == 1 ? 50 : 0), (labels.back() == 3 ? 90 : 0);
  }
  const Dataset data({1, 1, 3}, pixels, labels, {"a", "b", "c", "d"});
  const RandomForest forest = fit_forest(data, {.trees = 1, .max_features = 3, .max_leaves = 3, .bootstrap = false});
  const std::vector<Label> predicted = forest.predict(pixels);
  CHECK(std::equal(predicted.begin(), predicted.begin() + 100, labels.begin()));
  CHECK(count_leaves(forest) == 3);
  CHECK(accuracy(data.labels(), fit_forest(data, {.trees = 1, .max_features = 3, .max_leaves = 4, .bootstrap = false})
                                    .predict(data.pixels())) == 1);
}

TEST_CASE("A forest reads handwritten digits, and its out-of-bag accuracy is close to that of a test set") {
  const auto [train, test] = digits();
  const RandomForest forest = fit_forest(train, {.trees = 100});
  const double held_out = accuracy(test.labels(), forest.predict(test.pixels()));
  CHECK(held_out >= 0.945);
  REQUIRE(forest.out_of_bag_accuracy());
  CHECK(std::abs(*forest.out_of_bag_accuracy() - held_out) < 0.015);
  CHECK(forest.out_of_bag_confusion()->samples() == train.size());

  // Votes are too modest; the temperature that the out-of-bag ones gave makes them honest.
  CHECK(forest.temperature() < 0.9F);
  CHECK(expected_calibration_error(forest.scores(test.pixels()), test.labels()) > 0.1);
  CHECK(expected_calibration_error(forest.probabilities(test.pixels()), test.labels()) < 0.03);
}

TEST_CASE("A forest that looks at gradients takes plain images, and reads them better") {
  const auto [train, test] = digits();
  const ForestOptions options{.trees = 60, .hog = HogOptions{.cells = {7}, .norm = HogNorm::l1_sqrt, .deskew = true}};
  const RandomForest forest = fit_forest(train, options);
  CHECK(forest.input_shape() == train.image_shape());
  CHECK(accuracy(test.labels(), forest.predict(test.pixels())) >= 0.965);
  const Pixels images = test.pixels(0, 70);
  const Matrix shares = forest.scores(images);
  for (const Index i : {0, 63, 64, 69}) CHECK(forest.scores(images.col(i)) == shares.col(i));
  CHECK_THROWS_AS(RandomForest::merged(forest, fit_forest(train, {.trees = 1})), ValueError);
}

TEST_CASE("Plain float features learn through quantile bins") {
  Rng rng(4);
  Matrix features(2, 1000);  // features x samples
  std::vector<Label> labels;
  for (Index i = 0; i < 1000; ++i) {
    features.col(i) << rng.normal() * 1e-3F, rng.normal() * 1e5F;
    labels.push_back(features(0, i) * 1e8F > features(1, i) ? 1 : 0);
  }
  const QuantileBins bins = fit_quantile_bins(features);
  const Dataset data({1, 1, 2}, bins.transform(features), labels, {"below", "above"});
  const RandomForest forest = fit_forest(data, {.trees = 50});
  CHECK(forest.out_of_bag_accuracy().value() > 0.95);
}

TEST_CASE("The callback hears of every tree and can stop, with the same result for any number of threads") {
  const Dataset data = leaning_data(100, 5, 3, 6);
  for (const int threads : {1, 3}) {
    std::vector<Index> steps;
    const auto stop_at_five = [&](const Progress& progress) {
      steps.push_back(progress.step);
      CHECK(progress.steps == 30);
      return progress.step == 5 ? Flow::stop : Flow::go_on;
    };
    const RandomForest stopped = fit_forest(data, {.trees = 30, .threads = threads, .on_progress = stop_at_five});
    CHECK(steps == std::vector<Index>{1, 2, 3, 4, 5});
    CHECK(same(stopped, fit_forest(data, {.trees = 5})));
  }
}

TEST_CASE("Degenerate data") {
  SUBCASE("no samples") {
    CHECK_THROWS_AS(fit_forest(leaning_data(0, 4, 2, 1)), ValueError);
  }
  SUBCASE("one sample: a forest of leaves; every tree has seen it") {
    const Dataset data = leaning_data(1, 4, 3, 1);
    const RandomForest forest = fit_forest(data, {.trees = 7});
    CHECK(forest.parameter_count() == 7);
    CHECK(forest.predict(data.pixels()) == data.labels());
    CHECK_FALSE(forest.out_of_bag_accuracy());
  }
  SUBCASE("one class") {
    const Dataset data = leaning_data(20, 4, 1, 1);
    const RandomForest forest = fit_forest(data, {.trees = 3});
    CHECK(forest.parameter_count() == 3);
    CHECK(forest.scores(data.pixels()).isOnes(0));
  }
  SUBCASE("constant features: the shares of the classes") {
    const Dataset data({2, 2, 1}, Pixels::Constant(4, 4, 77), {0, 1, 1, 1}, {"rare", "frequent"});
    const RandomForest forest = fit_forest(data, {.trees = 1, .bootstrap = false});
    CHECK(forest.scores(data.pixels())(0, 0) == 0.25F);
    CHECK(forest.scores(data.pixels())(1, 0) == 0.75F);
  }
  SUBCASE("duplicates with contradicting labels share a leaf") {
    Pixels pixels(1, 4);
    pixels << 5, 5, 9, 9;
    const Dataset data({1, 1, 1}, pixels, {0, 1, 2, 2}, {"a", "b", "c"});
    const RandomForest forest = fit_forest(data, {.trees = 1, .bootstrap = false});
    Matrix expected(3, 4);
    expected << 0.5F, 0.5F, 0, 0,  //
        0.5F, 0.5F, 0, 0,          //
        0, 0, 1, 1;
    CHECK(forest.scores(pixels) == expected);
  }
  SUBCASE("more classes than samples") {
    const Dataset data = leaning_data(12, 6, 40, 1);
    CHECK(accuracy(data.labels(), fit_forest(data, {.trees = 1, .bootstrap = false}).predict(data.pixels())) == 1);
  }
  SUBCASE("65,535 classes are possible, 65,536 are refused") {
    Pixels pixels(1, 2);
    pixels << 1, 2;
    const auto data = [&](Label classes) {
      return Dataset({1, 1, 1}, pixels, {0, classes - 1}, std::vector<std::string>(static_cast<std::size_t>(classes)));
    };
    const RandomForest forest = fit_forest(data(65535), {.trees = 1, .bootstrap = false});
    CHECK(forest.predict(pixels) == std::vector<Label>{0, 65534});
    CHECK_THROWS_AS(fit_forest(data(65536)), ValueError);
  }
  SUBCASE("65,536 features are refused") {
    CHECK_THROWS_AS(fit_forest(Dataset({1, 1, 65536}, Pixels::Zero(65536, 1), {0}, {"a"})), ValueError);
  }
}

TEST_CASE("Wrong options are refused") {
  const Dataset data = leaning_data(10, 4, 2, 1);
  CHECK_THROWS_AS(fit_forest(data, {.trees = 0}), ValueError);
  CHECK_THROWS_AS(fit_forest(data, {.max_features = -1}), ValueError);
  CHECK_THROWS_AS(fit_forest(data, {.min_samples_leaf = 0}), ValueError);
  CHECK_THROWS_AS(fit_forest(data, {.max_depth = -1}), ValueError);
  CHECK_THROWS_AS(fit_forest(data, {.max_leaves = -1}), ValueError);
}

TEST_CASE("A forest made from arrays votes as the one they came from") {
  const Dataset data = leaning_data(300, 8, 4, 9);
  const RandomForest forest = fit_forest(data, {.trees = 6, .min_samples_leaf = 5});
  const RandomForest copy(forest.input_shape(), forest.class_names(), {forest.nodes().begin(), forest.nodes().end()},
                          {forest.roots().begin(), forest.roots().end()},
                          {forest.leaf_table().begin(), forest.leaf_table().end()});
  CHECK(copy.scores(data.pixels()) == forest.scores(data.pixels()));
  CHECK(copy.clone()->scores(data.pixels()) == forest.scores(data.pixels()));
  CHECK(copy.num_trees() == 6);
  CHECK(copy.kind() == "forest");
  CHECK(copy.score_kind() == ScoreKind::vote);
  CHECK_THROWS_AS(copy.scores(Pixels::Zero(9, 1)), ShapeError);
  CHECK(copy.scores(Pixels(8, 0)).cols() == 0);
}
