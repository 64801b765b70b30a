#include <inkling/core/error.hpp>
#include <inkling/model/classifier.hpp>
#include <inkling/model/occlusion.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <string_view>

using namespace inkling;

namespace {

/// Class 1 has the more probability, the more ink the pixel (1, 2) of a 4x5 image has; class 0 the rest. Other pixels
/// do not count.
class OnePixel final : public Classifier {
 public:
  explicit OnePixel(Shape shape = {4, 5, 1}) : Classifier(shape, {"other", "ink"}) {}

  std::string_view kind() const noexcept override { return "network"; }
  ScoreKind score_kind() const noexcept override { return ScoreKind::probability; }
  std::unique_ptr<Classifier> clone() const override { return std::make_unique<OnePixel>(*this); }
  Index parameter_count() const noexcept override { return 0; }

 private:
  void compute_scores(const Pixels& images, Matrix& result, int) const override {
    result.row(1) = images.row((1 * 5 + 2) * input_shape().channels).cast<float>() / 256.0F;
    result.row(0) = 1 - result.row(1).array();
  }
};

Pixels ink(Index size = 20) {
  return Pixels::Constant(size, 1, 200);
}

}  // namespace

TEST_CASE("squares of one pixel find the pixel that counts") {
  const Vector map = occlusion(OnePixel(), ink(), 1, {.patch = 1, .stride = 1});
  REQUIRE(map.size() == 20);
  CHECK(map(7) == 1);
  CHECK(map.sum() == 1);
}

TEST_CASE("a square spreads what it cost over its pixels, each divided by how many squares cover it") {
  // Squares of 2x2 that begin at rows 0, 2 and columns 0, 2, 3: only (0, 2) covers the pixel (1, 2).
  const Vector map = occlusion(OnePixel(), ink(), 1, {.patch = 2, .stride = 2});
  const Vector expected = (Vector(20) << 0, 0, 1, 0.5F, 0,  //
                           0, 0, 1, 0.5F, 0,                //
                           0, 0, 0, 0, 0,                   //
                           0, 0, 0, 0, 0)
                              .finished();
  CHECK(map == expected);
}

TEST_CASE("nothing is marked where covering changes nothing, or helps") {
  CHECK(occlusion(OnePixel(), ink(), 0, {.patch = 2}).isZero(0));  // without its ink class 0 only gains
  CHECK(occlusion(OnePixel(), Pixels::Zero(20, 1), 1, {.patch = 2}).isZero(0));
}

TEST_CASE("all channels of a pixel are covered together") {
  const Vector map = occlusion(OnePixel({4, 5, 3}), ink(60), 1, {.patch = 1, .stride = 1});
  REQUIRE(map.size() == 20);
  CHECK(map(7) == 1);
}

TEST_CASE("occlusion checks what it is given") {
  const OnePixel model;
  CHECK_THROWS_AS(occlusion(model, ink(19), 1, {.patch = 2}), ShapeError);
  CHECK_THROWS_AS(occlusion(model, Pixels::Zero(20, 2), 1, {.patch = 2}), ShapeError);
  CHECK_THROWS_AS(occlusion(model, ink(), 2, {.patch = 2}), ValueError);
  CHECK_THROWS_AS(occlusion(model, ink(), -1, {.patch = 2}), ValueError);
  CHECK_THROWS_AS(occlusion(model, ink(), 1, {.patch = 5}), ValueError);
  CHECK_THROWS_AS(occlusion(model, ink(), 1, {.patch = 0}), ValueError);
  CHECK_THROWS_AS(occlusion(model, ink(), 1, {.patch = 2, .stride = 0}), ValueError);
}
