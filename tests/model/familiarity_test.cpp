#include <inkling/core/error.hpp>
#include <inkling/model/familiarity.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace inkling;

namespace {

/// Takes the first pixels for logits.
class Echo final : public Classifier {
 public:
  explicit Echo(bool measures) : Classifier({1, 4, 1}, {"1", "2", "A", "B"}), measures_(measures) {}
  std::string_view kind() const noexcept override { return "echo"; }
  ScoreKind score_kind() const noexcept override { return ScoreKind::probability; }
  std::unique_ptr<Classifier> clone() const override { return std::make_unique<Echo>(*this); }
  Index parameter_count() const override { return 0; }
  Recognition recognise(const Pixels& images, int = 0) const override {
    Recognition seen;
    Vector evidence(images.cols());
    seen.probabilities = softmax(images.cast<float>(), temperature(), &evidence);
    if (measures_) seen.evidence = evidence;
    return seen;
  }

 private:
  void compute_scores(const Pixels& images, Matrix& result, int threads) const override {
    result = recognise(images, threads).probabilities;
  }
  bool measures_;
};

Pixels columns(std::initializer_list<std::vector<int>> images) {
  Pixels pixels(4, static_cast<Index>(images.size()));
  Index i = 0;
  for (const auto& image : images) {
    for (Index row = 0; row < 4; ++row)
      pixels(row, i) = static_cast<std::uint8_t>(image[static_cast<std::size_t>(row)]);
    ++i;
  }
  return pixels;
}

}  // namespace

TEST_CASE("resemblance is the largest logit of the classes that may be the answer") {
  Echo model(true);
  const Recognition seen = model.recognise(columns({{3, 1, 9, 2}, {5, 8, 1, 1}}));
  const auto all = resemblance(seen, model.class_names());
  REQUIRE(all.has_value());
  CHECK((*all)(0) == doctest::Approx(9).epsilon(1e-5));
  CHECK((*all)(1) == doctest::Approx(8).epsilon(1e-5));
  const auto digits = resemblance(seen, model.class_names(), CharSet::parse("digits"));
  CHECK((*digits)(0) == doctest::Approx(3).epsilon(1e-5));
  CHECK((*digits)(1) == doctest::Approx(8).epsilon(1e-5));
  model.set_temperature(2);
  CHECK((*resemblance(model.recognise(columns({{3, 1, 9, 2}})), model.class_names()))(0) ==
        doctest::Approx(4.5).epsilon(1e-5));

  // A probability that underflows is very little, not nothing.
  const auto little =
      resemblance(model.recognise(columns({{0, 0, 255, 0}})), model.class_names(), CharSet::parse("digits"));
  CHECK(std::isfinite((*little)(0)));
  CHECK_FALSE(resemblance(Echo(false).recognise(columns({{1, 2, 3, 4}})), model.class_names()).has_value());
  CHECK_THROWS_AS(resemblance(seen, {"1"}), ShapeError);
  CHECK_THROWS_AS(resemblance(seen, model.class_names(), CharSet::parse("7")), ValueError);
}

TEST_CASE(
    "the share of characters that resemble less rises with the resemblance, in straight lines between quantiles") {
  const Familiarity familiarity{{0, 2, 2, 10}};
  CHECK(familiarity.share_below(-1) == 0);
  CHECK(familiarity.share_below(1) == doctest::Approx(1.0 / 6));
  CHECK(familiarity.share_below(2) == doctest::Approx(2.0 / 3));
  CHECK(familiarity.share_below(6) == doctest::Approx(5.0 / 6));
  CHECK(familiarity.share_below(10) == 1);
  CHECK(familiarity.share_below(11) == 1);
}

TEST_CASE("what less than one in a hundred characters are like is unfamiliar, and what was not measured is not") {
  CHECK(is_unfamiliar(0.0));
  CHECK(is_unfamiliar(0.0099));
  CHECK_FALSE(is_unfamiliar(0.01));
  CHECK_FALSE(is_unfamiliar(std::nullopt));
}

TEST_CASE("familiarity is measured on held-out characters") {
  const Index count = 201;
  Pixels pixels = Pixels::Zero(4, count);
  for (Index i = 0; i < count; ++i) pixels(i % 4, i) = static_cast<std::uint8_t>(20 + (i * 7) % count);
  const Dataset held_out({1, 4, 1}, pixels, std::vector<Label>(static_cast<std::size_t>(count), 0),
                         {"1", "2", "A", "B"});
  const auto familiarity = measure_familiarity(Echo(true), held_out);
  REQUIRE(familiarity.has_value());
  CHECK(familiarity->quantiles.front() == doctest::Approx(20).epsilon(1e-5));
  CHECK(familiarity->quantiles.back() == doctest::Approx(220).epsilon(1e-5));
  CHECK(familiarity->share_below(22) == doctest::Approx(0.01).epsilon(1e-3));
  CHECK_FALSE(measure_familiarity(Echo(false), held_out).has_value());
  CHECK_THROWS_AS(measure_familiarity(Echo(true), held_out.take(0)), ValueError);
}
