#include <inkling/core/error.hpp>
#include <inkling/model/prior.hpp>
#include <inkling/normalise/normalise.hpp>
#include <inkling/read/candidate.hpp>
#include <inkling/read/read_character.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace inkling;

namespace {

/// Says the same of every image, and counts the ink of what it sees.
class Constant final : public Classifier {
 public:
  Constant(Shape input, std::vector<std::string> names, Vector answer)
      : Classifier(input, std::move(names)), answer_(std::move(answer)) {}
  std::string_view kind() const noexcept override { return "constant"; }
  ScoreKind score_kind() const noexcept override { return ScoreKind::probability; }
  std::unique_ptr<Classifier> clone() const override { return std::make_unique<Constant>(*this); }
  Index parameter_count() const override { return 0; }

 private:
  void compute_scores(const Pixels& images, Matrix& result, int) const override {
    for (Index i = 0; i < images.cols(); ++i) {
      // Without ink in the middle of the picture, which a normalised one has, nothing is sure.
      const bool seen = images.col(i).maxCoeff() == 255;
      result.col(i) = seen ? answer_ : Vector::Constant(answer_.size(), 1.0F / static_cast<float>(answer_.size()));
    }
  }
  Vector answer_;
};

/// Is the surer of an A the more ink there is.
class InkCounter final : public Classifier {
 public:
  InkCounter() : Classifier({28, 28, 1}, {"A", "b"}) {}
  std::string_view kind() const noexcept override { return "ink counter"; }
  ScoreKind score_kind() const noexcept override { return ScoreKind::probability; }
  std::unique_ptr<Classifier> clone() const override { return std::make_unique<InkCounter>(*this); }
  Index parameter_count() const override { return 0; }
  Recognition recognise(const Pixels& images, int threads) const override {
    return {probabilities(images, threads), images.cast<float>().colwise().mean()};
  }

 private:
  void compute_scores(const Pixels& images, Matrix& result, int) const override {
    for (Index i = 0; i < images.cols(); ++i) {
      const float share = images.col(i).cast<float>().mean() / 255;
      result.col(i) = Vector{{share, 1 - share}};
    }
  }
};

const std::vector<std::string> names{"0", "1", "A", "b"};

Constant model(Shape input = {28, 28, 1}) {
  return {input, names, Vector{{0.1F, 0.2F, 0.4F, 0.3F}}};
}

/// A dark bar on light paper.
GreyImage bar() {
  GreyImage picture(60, 80, 240);
  for (Index y = 15; y < 65; ++y) {
    for (Index x = 27; x < 33; ++x) picture(x, y) = 20;
  }
  return picture;
}

}  // namespace

TEST_CASE("candidates are sorted, named, and as many as were asked for") {
  const Matrix probabilities{{0.1F}, {0.2F}, {0.4F}, {0.3F}};
  const std::vector<Candidate> best = best_candidates(probabilities, names, {.candidates = 3});
  REQUIRE(best.size() == 3);
  CHECK(best[0].label == "A");
  CHECK(best[1].label == "b");
  CHECK(best[2].label == "1");
  CHECK(best[0].index == 2);
  CHECK(best[0].probability == doctest::Approx(0.4));
  CHECK(best_candidates(probabilities, names, {.candidates = 9}).size() == 4);
}

TEST_CASE("a charset leaves its own classes, whose probabilities sum to 1; equals keep their order") {
  const Matrix probabilities{{0.3F}, {0.3F}, {0.4F}, {0.0F}};
  const auto digits = best_candidates(probabilities, names, {.charset = CharSet::parse("digits")});
  REQUIRE(digits.size() == 2);
  CHECK(digits[0].label == "0");
  CHECK(digits[1].label == "1");
  CHECK(digits[0].probability + digits[1].probability == doctest::Approx(1));
  CHECK_THROWS_AS(best_candidates(probabilities, names, {.charset = CharSet::parse("z")}), ValueError);
  CHECK_THROWS_AS(best_candidates(Matrix::Constant(3, 1, 0.3F), names), ShapeError);
}

TEST_CASE("a prior is taken out before the charset is kept to") {
  const Matrix probabilities{{0.1F}, {0.2F}, {0.4F}, {0.3F}};
  const std::vector<double> prior{0.05, 0.25, 0.6, 0.1};
  const auto best = best_candidates(probabilities, names, {.prior = prior});
  const Matrix expected = with_uniform_prior(probabilities, prior);
  CHECK(best[0].label == "b");  // 3, against 2, 0.8 and 0.67
  CHECK(best[0].probability == doctest::Approx(static_cast<double>(expected(3, 0))));
  CHECK(best[1].label == "0");
}

TEST_CASE("a picture of a character is read in one call") {
  const CharacterReading reading = read_character(bar(), model(), {.candidates = 2});
  CHECK(reading.label == "A");
  CHECK(reading.probability == doctest::Approx(0.4));
  REQUIRE(reading.candidates.size() == 2);
  CHECK(reading.candidates[1].label == "b");
  CHECK(read_character(bar(), model(), {.charset = CharSet::parse("digits")}).label == "1");
  CHECK(read_character(bar(), model(), {.candidates = 0}).label == "A");
}

TEST_CASE("the picture becomes as large as the model reads it, and each step can be seen") {
  std::vector<std::string> steps;
  Index side = 0;
  const auto on_step = [&](std::string_view name, const GreyImage& image) {
    steps.emplace_back(name);
    side = image.width();
  };
  CHECK(read_character(bar(), model({20, 20, 1}), {.normalise = {.on_step = on_step}}).label == "A");
  CHECK(steps.back() == "normalised");
  CHECK(side == 20);
}

TEST_CASE("what cannot be read is an error") {
  CHECK_THROWS_AS(read_character(bar(), model({28, 20, 1})), ShapeError);
  CHECK_THROWS_AS(read_character(bar(), model({28, 28, 3})), ShapeError);
  CHECK_THROWS_AS(read_character(GreyImage(40, 40, 200), model()), NoInkError);
  CHECK_THROWS_AS(read_character(bar(), model(), {.charset = CharSet::parse("z")}), ValueError);
}

TEST_CASE("of equals the first class is the better candidate") {
  const auto best = best_candidates(Matrix{{0.2F}, {0.4F}, {0.2F}, {0.2F}}, names, {.candidates = 3});
  REQUIRE(best.size() == 3);
  CHECK(best[0].index == 1);
  CHECK(best[1].index == 0);
  CHECK(best[2].index == 2);
}

TEST_CASE("characters that the model looks at together are read as each alone") {
  const InkCounter counter;
  GreyImage small = bar();
  for (Index y = 0; y < small.height() / 2; ++y) std::fill_n(small.row(y), small.width(), small(0, 0));
  const std::vector<GreyImage> pictures{bar(), small, bar()};
  for (const Index views : {1, 3}) {
    const CharacterOptions options{.candidates = 2, .familiarity = Familiarity{{0, 255}}, .views = views};
    Pixels all(28 * 28, 3 * views);
    for (Index i = 0; i < 3; ++i) {
      const Pixels some = character_views(pictures[static_cast<std::size_t>(i)], counter, options);
      REQUIRE(some.cols() == views);
      all.middleCols(i * views, views) = some;
    }
    const std::vector<CharacterReading> together = read_character_views(all, counter, options);
    REQUIRE(together.size() == 3);
    for (std::size_t i = 0; i < 3; ++i) {
      const CharacterReading alone = read_character(pictures[i], counter, options);
      CHECK(together[i].label == alone.label);
      CHECK(together[i].probability == alone.probability);
      CHECK(together[i].candidates[1].probability == alone.candidates[1].probability);
      REQUIRE(alone.familiarity.has_value());
      CHECK(together[i].familiarity == alone.familiarity);
    }
    CHECK(together[0].probability != together[1].probability);
    CHECK(together[0].familiarity != together[1].familiarity);
  }
  CHECK(read_character_views(Pixels(28 * 28, 0), counter).empty());
  CHECK_THROWS_AS(read_character_views(Pixels::Zero(28 * 28, 4), counter, {.views = 3}), ShapeError);
}

TEST_CASE("of several views, probabilities are the mean; one view is the picture as it is") {
  const InkCounter counter;
  const auto share = [](const GreyImage& image) {
    double sum = 0;
    for (const std::uint8_t value : image.values()) sum += value;
    return sum / 255 / static_cast<double>(image.size());
  };
  const auto ink_seen = [&](Index views) {
    const CharacterReading reading = read_character(bar(), counter, {.views = views});
    CHECK(reading.candidates[0].probability + reading.candidates[1].probability == doctest::Approx(1));
    return reading.label == "A" ? reading.probability : 1 - reading.probability;
  };
  for (Index views = 1; views <= most_views; ++views) {
    double expected = 0;
    for (const GreyImage& view : normalised_views(bar(), views)) expected += share(view) / static_cast<double>(views);
    CHECK(ink_seen(views) == doctest::Approx(expected).epsilon(1e-5));
  }
  CHECK(ink_seen(1) != ink_seen(3));
  CHECK(read_character(bar(), counter, {.views = 1}).probability == read_character(bar(), counter).probability);
  CHECK_THROWS_WITH_AS(read_character(bar(), counter, {.views = 0}),
                       "CharacterOptions::views: expected a number from 1 to 7, got 0", ValueError);
  CHECK_THROWS_AS(read_character(bar(), counter, {.views = 8}), ValueError);
}
