#include <inkling/core/collective.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/rng.hpp>
#include <inkling/data/sample.hpp>
#include <inkling/features/hog.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include "all_close.hpp"
#include "thread_ranks.hpp"

using namespace inkling;

namespace {

/// Features from the definition: an angle for each pixel, weights by distances, nothing shared.
class NaiveHog {
 public:
  NaiveHog(Shape image, HogOptions options) : image_(image), options_(std::move(options)) {}

  std::vector<double> features(const MatrixOf<double>& ink) const {  // ink: width + 2 x height + 2, a border around it
    std::vector<double> result;
    for (const Index cell : options_.cells) add_grid(ink, cell, result);
    return result;
  }

 private:
  static double at(const MatrixOf<double>& ink, Index x, Index y) { return ink(x + 1, y + 1); }

  /// The share of a gradient for one direction: see Hog.
  double share(double across, double down, Index bin) const {
    const double circle = options_.is_signed ? 2 * std::numbers::pi : std::numbers::pi;
    const double step = circle / static_cast<double>(options_.bins);
    double apart = std::fmod(std::atan2(down, across) - step * static_cast<double>(bin) + 4 * circle, circle);
    apart = std::min(apart, circle - apart);
    return apart < step ? std::hypot(across, down) * std::sin(step - apart) / std::sin(step) : 0;
  }

  void add_grid(const MatrixOf<double>& ink, Index cell, std::vector<double>& result) const {
    const Index cells_across = (image_.width + cell - 1) / cell;
    const Index cells_down = (image_.height + cell - 1) / cell;
    const auto weight = [cell](Index pixel, Index index, Index cells, Index pixels) {
      const double margin = static_cast<double>(cells * cell - pixels) / 2;
      const double centre = (static_cast<double>(index) + 0.5) * static_cast<double>(cell) - margin;
      return std::max(0.0, 1 - std::abs(static_cast<double>(pixel) + 0.5 - centre) / static_cast<double>(cell));
    };
    const auto histogram = [&](Index cx, Index cy, Index bin) {
      double sum = 0;
      for (Index y = 0; y < image_.height; ++y) {
        for (Index x = 0; x < image_.width; ++x) {
          const double across = at(ink, x + 1, y) - at(ink, x - 1, y);
          const double down = at(ink, x, y + 1) - at(ink, x, y - 1);
          sum += share(across, down, bin) * weight(x, cx, cells_across, image_.width) *
                 weight(y, cy, cells_down, image_.height);
        }
      }
      return sum;
    };
    for (Index y = 0; y + options_.block <= cells_down; ++y) {
      for (Index x = 0; x + options_.block <= cells_across; ++x) {
        std::vector<double> block;
        for (Index dy = 0; dy < options_.block; ++dy) {
          for (Index dx = 0; dx < options_.block; ++dx) {
            for (Index bin = 0; bin < options_.bins; ++bin) block.push_back(histogram(x + dx, y + dy, bin));
          }
        }
        normalise(block);
        result.insert(result.end(), block.begin(), block.end());
      }
    }
  }

  void normalise(std::vector<double>& block) const {
    if (options_.norm == HogNorm::l1_sqrt) {
      double sum = 0;
      for (const double v : block) sum += v;
      for (double& v : block) v = std::sqrt(v / (sum + 0.1));
      return;
    }
    for (int round = 0; round < 2; ++round) {
      double squares = 0;
      for (const double v : block) squares += v * v;
      for (double& v : block) v /= std::sqrt(squares + 0.01);
      for (double& v : block) v = round == 0 ? std::min(v, 0.2) : v;
    }
  }

  Shape image_;
  HogOptions options_;
};

/// Every pixel from where the character leaned it to: the definition of deskew.
MatrixOf<double> naive_upright(const MatrixOf<double>& ink) {  // width x height
  double mass = 0;
  double across = 0;
  double down = 0;
  const auto each = [&](const auto& visit) {
    for (Index y = 0; y < ink.cols(); ++y) {
      for (Index x = 0; x < ink.rows(); ++x) visit(static_cast<double>(x), static_cast<double>(y), ink(x, y));
    }
  };
  each([&](double x, double y, double v) { mass += v, across += v * x, down += v * y; });
  double together = 0;
  double variance = 0;
  each([&](double x, double y, double v) {
    together += v * (x - across / mass) * (y - down / mass);
    variance += v * (y - down / mass) * (y - down / mass);
  });
  MatrixOf<double> result(ink.rows(), ink.cols());
  for (Index y = 0; y < ink.cols(); ++y) {
    for (Index x = 0; x < ink.rows(); ++x) {
      const double from = static_cast<double>(x) + together / variance * (static_cast<double>(y) - down / mass);
      double sum = 0;
      for (Index s = 0; s < ink.rows(); ++s)
        sum += std::max(0.0, 1 - std::abs(from - static_cast<double>(s))) * ink(s, y);
      result(x, y) = sum;
    }
  }
  return result;
}

Pixels noise(const Shape& shape, Index count) {
  Rng rng(5);
  Pixels images(shape.size(), count);
  for (std::uint8_t& pixel : images.reshaped()) pixel = static_cast<std::uint8_t>(rng.below(2) * rng.below(256));
  return images;
}

}  // namespace

TEST_CASE("Hog computes what its definition says") {
  for (const Shape shape : {Shape{28, 28, 1}, Shape{9, 14, 1}}) {
    for (const HogOptions& options : {
             HogOptions{},
             HogOptions{.cells = {4}, .bins = 9, .is_signed = false, .norm = HogNorm::l2_hys, .deskew = false},
             HogOptions{.cells = {5, 3}, .bins = 16, .block = 1, .deskew = false},
             HogOptions{.cells = {3}, .bins = 3, .is_signed = false, .block = 3},
             HogOptions{.cells = {2}, .bins = 5, .block = 2, .norm = HogNorm::l2_hys, .deskew = false},
         }) {
      if (shape.height < 28 && options.cells.back() == 7) continue;
      CAPTURE(shape);
      CAPTURE(options.bins);
      const Pixels images = noise(shape, 2);
      const Hog hog(shape, options);
      const Matrix features = hog.features(images);
      REQUIRE(features.rows() == hog.size());
      for (Index i = 0; i < images.cols(); ++i) {
        MatrixOf<double> ink = MatrixOf<double>::Zero(shape.width + 2, shape.height + 2);
        ink.block(1, 1, shape.width, shape.height) =
            images.col(i).reshaped(shape.width, shape.height).cast<double>() / 255.0;
        if (options.deskew) ink = naive_upright(ink);
        const std::vector<double> expected = NaiveHog(shape, options).features(ink);
        REQUIRE(static_cast<Index>(expected.size()) == hog.size());
        const Vector rounded = Eigen::Map<const VectorOf<double>>(expected.data(), hog.size()).cast<float>();
        CHECK(test::mismatch(features.col(i), rounded, 1e-4, 1e-5) == "");
      }
    }
  }
}

TEST_CASE("A stroke's edges appear in the bins of their directions, with either sign") {
  Pixels images = Pixels::Zero(64, 1);
  for (Index y = 0; y < 8; ++y) images(y * 8 + 3, 0) = images(y * 8 + 4, 0) = 255;  // a vertical line
  const Hog with_sign({8, 8, 1}, {.cells = {8}, .bins = 8, .block = 1, .deskew = false});
  const Vector edges = with_sign.features(images).col(0);
  CHECK(edges(0) > 0.6F);  // darker to the right: the left edge
  CHECK(edges(4) == edges(0));
  const Hog without({8, 8, 1}, {.cells = {8}, .bins = 8, .is_signed = false, .block = 1, .deskew = false});
  CHECK(without.features(images)(0, 0) > 0.9F);
}

TEST_CASE("Blank and evenly inked images have no direction in their middle, and bounded features everywhere") {
  for (const HogNorm norm : {HogNorm::l2_hys, HogNorm::l1_sqrt}) {
    const Hog hog({28, 28, 1}, {.norm = norm, .deskew = true});
    CHECK(hog.features(Pixels::Zero(784, 1)).isZero(0));
    const Matrix black = hog.features(Pixels::Constant(784, 1, 255));
    CHECK(black.allFinite());
    CHECK(black.minCoeff() >= 0);
    CHECK(black.maxCoeff() <= 1);
    const Matrix features = hog.features(noise({28, 28, 1}, 20));
    CHECK(features.minCoeff() >= 0);
    CHECK(features.maxCoeff() <= 1);
  }
}

TEST_CASE("Features do not depend on the number of threads, nor on the images beside") {
  const Dataset digits = load_sample(std::string(INKLING_SOURCE_DIR) + "/data").second;
  const Pixels images = digits.pixels(0, 150);
  const Hog hog({28, 28, 1});
  const Matrix features = hog.features(images, 1);
  for (const int threads : {2, 3}) CHECK(hog.features(images, threads) == features);
  for (const Index i : {0, 63, 149}) CHECK(hog.features(images.col(i)) == features.col(i));
  const Pixels bytes = hog.byte_features(images, 2);
  CHECK((bytes.cast<float>() - 255 * features).cwiseAbs().maxCoeff() <= 0.5001F);
}

TEST_CASE("Images may lie anywhere, and features go where they are asked to") {
  const Shape shape{28, 28, 1};
  const Pixels images = noise(shape, 3);
  const Hog hog(shape);
  const std::vector<const std::uint8_t*> chosen{images.col(2).data(), images.col(0).data()};
  Pixels features = Pixels::Constant(hog.size(), 3, 7);
  hog.byte_features(chosen, features.data(), 1);
  CHECK(features.col(0) == hog.byte_features(images.col(2)));
  CHECK(features.col(1) == hog.byte_features(images.col(0)));
  CHECK((features.col(2).array() == 7).all());
}

TEST_CASE("Ranks share the images out, and all get the features of all") {
  const Shape shape{28, 28, 1};
  const Pixels images = noise(shape, 131);
  const Hog hog(shape);
  const Pixels bytes = hog.byte_features(images);
  for (const int size : {1, 2, 3}) {
    ThreadRanks(size).run([&](Collective& ranks, int rank) {
      CHECK(hog.byte_features(images, 1 + rank, &ranks) == bytes);
      CHECK(hog.byte_features(images.leftCols(1), 1, &ranks) == bytes.leftCols(1));  // fewer than ranks
      CHECK(hog.byte_features(images.leftCols(0), 1, &ranks).cols() == 0);
    });
  }
}

TEST_CASE("Ranks that compute other features are refused, all of them") {
  const Shape shape{28, 28, 1};
  const Pixels images = noise(shape, 60);
  for (const HogOptions& other : {HogOptions{.bins = 6}, HogOptions{.norm = HogNorm::l2_hys}}) {
    ThreadRanks(3).run([&](Collective& ranks, int rank) {
      const Hog hog(shape, rank == 1 ? other : HogOptions{});
      CHECK_THROWS_AS(hog.byte_features(images, 1, &ranks), ValueError);
    });
  }
}

TEST_CASE("Hog refuses what it cannot do") {
  const Shape image{28, 28, 1};
  CHECK_THROWS_AS(Hog({28, 28, 3}), ShapeError);
  CHECK_THROWS_AS(Hog(image, {.cells = {}}), ValueError);
  CHECK_THROWS_AS(Hog(image, {.cells = {4, 1}}), ValueError);
  CHECK_THROWS_AS(Hog(image, {.cells = {29}, .block = 1}), ValueError);
  CHECK_THROWS_AS(Hog(image, {.cells = {std::numeric_limits<Index>::max()}, .block = 1}), ValueError);
  CHECK_THROWS_AS(Hog(image, {.bins = 17}), ValueError);
  CHECK_THROWS_AS(Hog(image, {.bins = 4}), ValueError);
  CHECK_THROWS_AS(Hog(image, {.bins = 2, .is_signed = false}), ValueError);
  CHECK_THROWS_AS(Hog(image, {.block = 0}), ValueError);
  CHECK_THROWS_AS(Hog(image, {.cells = {14}, .block = 3}), ValueError);
  CHECK_THROWS_AS(Hog(image).features(Pixels::Zero(783, 1)), ShapeError);
  CHECK(Hog(image).features(Pixels(784, 0)).cols() == 0);
}
