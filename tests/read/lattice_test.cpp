#include <inkling/line/segment.hpp>
#include <inkling/read/lattice.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <memory>
#include <string_view>
#include <vector>

#include "pictures.hpp"

using namespace inkling;

namespace {

/// Classes "a" and "b" with 0.9 and 0.1, whatever it sees.
class Constant final : public Classifier {
 public:
  explicit Constant(Shape input = {28, 28, 1}) : Classifier(input, {"a", "b"}) {}

  std::string_view kind() const noexcept override { return "network"; }
  ScoreKind score_kind() const noexcept override { return ScoreKind::probability; }
  std::unique_ptr<Classifier> clone() const override { return std::make_unique<Constant>(*this); }
  Index parameter_count() const noexcept override { return 0; }

 private:
  void compute_scores(const Pixels&, Matrix& result, int) const override {
    result.row(0).setConstant(0.9F);
    result.row(1).setConstant(0.1F);
  }
};

/// Three upright strokes, dark on light, 30 columns apart; they lean to the right by `slant` columns a row.
GreyImage three_strokes(double slant = 0) {
  std::vector<test::Stroke> strokes;
  for (const double foot : {30.0, 60.0, 90.0}) strokes.push_back({{foot, 90}, {foot + 70 * slant, 20}});
  return test::invert(test::draw(140, 110, strokes, 6));
}

}  // namespace

TEST_CASE("every run of pieces is an arc, ordered by their ends, with a column of probabilities") {
  const Segmentation line = segment(three_strokes());
  REQUIRE(line.pieces.size() == 3);
  const Lattice lattice = build_lattice(line, Constant());
  CHECK(lattice.pieces == 3);
  REQUIRE(lattice.arcs.size() == 6);
  REQUIRE(lattice.probabilities.cols() == 6);
  CHECK(lattice.cuts == line.cuts);
  for (std::size_t i = 0; i < lattice.arcs.size(); ++i) {
    CHECK(lattice.arcs[i].first < lattice.arcs[i].last);
    if (i > 0) CHECK(lattice.arcs[i - 1].last <= lattice.arcs[i].last);
    CHECK(lattice.probabilities(0, static_cast<Index>(i)) == 0.9F);
  }
}

TEST_CASE("arcs are limited in pieces, and in width when they have several") {
  const Segmentation line = segment(three_strokes());
  CHECK(build_lattice(line, Constant(), {.max_pieces = 1}).arcs.size() == 3);
  CHECK(build_lattice(line, Constant(), {.max_pieces = 2}).arcs.size() == 5);
  CHECK(build_lattice(line, Constant(), {.max_width = 0.01}).arcs.size() == 3);
}

TEST_CASE("an arc knows its box in the picture, the blank inside, and the shape of its ink") {
  const Lattice lattice = build_lattice(segment(three_strokes()), Constant());
  const auto arc = [&](std::size_t first, std::size_t last) {
    for (const Arc& candidate : lattice.arcs) {
      if (candidate.first == first && candidate.last == last) return candidate;
    }
    return Arc{};
  };
  const Arc stroke = arc(1, 2);
  CHECK(stroke.box.x == doctest::Approx(57).epsilon(0.04));
  CHECK(stroke.box.width == doctest::Approx(6).epsilon(0.4));
  CHECK(stroke.gap == 0);
  CHECK(stroke.shape.height == doctest::Approx(1).epsilon(0.05));
  CHECK(stroke.shape.middle == doctest::Approx(0.5).epsilon(0.1));
  CHECK(std::abs(stroke.shape.slope) < 0.05);
  CHECK(stroke.shape.spread < 0.05);

  const Arc pair = arc(0, 2);
  CHECK(pair.gap * stroke.box.height == doctest::Approx(24).epsilon(0.15));
  CHECK(pair.shape.width > 3 * stroke.shape.width);
  CHECK(pair.shape.spread > 4 * stroke.shape.spread);

  const Lattice leaning = build_lattice(segment(three_strokes(0.4)), Constant(), {.max_pieces = 1});
  for (const Arc& one : leaning.arcs) CHECK(one.shape.slope == doctest::Approx(0.4).epsilon(0.15));
}

TEST_CASE("the weight of a piece is its ink over that of an upright stroke") {
  for (const double weight : build_lattice(segment(three_strokes()), Constant()).weights) {
    CHECK(weight == doctest::Approx(1).epsilon(0.25));
  }
}

TEST_CASE("a prior is taken out of the probabilities, and other images than the model reads are refused") {
  const Segmentation line = segment(three_strokes());
  const Lattice lattice = build_lattice(line, Constant(), {.prior = std::vector<double>{0.9, 0.1}});
  for (Index i = 0; i < lattice.probabilities.cols(); ++i) {
    CHECK(lattice.probabilities(0, i) == doctest::Approx(0.5));
  }
  CHECK_THROWS_AS(build_lattice(line, Constant(), {.prior = std::vector<double>{1}}), ShapeError);
  CHECK_THROWS_AS(build_lattice(line, Constant({28, 30, 1})), ShapeError);
}
