#include <inkling/core/error.hpp>
#include <inkling/model/class_meaning.hpp>
#include <inkling/model/scoring_classes.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "all_close.hpp"
#include "class_names.hpp"

using namespace inkling;
using namespace inkling::test;

namespace {

std::string joined(const std::vector<std::string>& parts) {
  return std::accumulate(parts.begin(), parts.end(), std::string());
}

/// Whether a model of these classes that answers `predicted` is right about data of those classes labelled `truth`.
bool right(std::string_view model, char predicted, std::string_view data, char truth) {
  const ScoringClasses classes = scoring_classes(names(model), names(data));
  return classes.model_class[model.find(predicted)] == classes.data_class[data.find(truth)];
}

/// By the definition: the classes share a character.
bool share_a_character(std::string_view model, char predicted, std::string_view data, char truth) {
  const auto characters = [](std::string_view classes, char c) {
    const ClassMeaning meaning = class_meanings(names(classes))[classes.find(c)];
    return std::set<std::string>{meaning.name, meaning.merged() ? meaning.other_case : meaning.name};
  };
  const auto a = characters(model, predicted);
  const auto b = characters(data, truth);
  return std::any_of(a.begin(), a.end(), [&](const std::string& name) { return b.count(name) > 0; });
}

}  // namespace

TEST_CASE("scoring_classes: characters are compared, and merged cases count as merged") {
  // A model of 47 classes on letters: both cases of every letter.
  CHECK(right(bymerge, 'A', letters, 'A'));
  CHECK(right(bymerge, 'a', letters, 'A'));
  CHECK(right(bymerge, 'C', letters, 'C'));
  CHECK_FALSE(right(bymerge, '0', letters, 'O'));
  // On byclass: only the cases that the model merges.
  CHECK(right(bymerge, 'C', byclass, 'c'));
  CHECK(right(bymerge, 'C', byclass, 'C'));
  CHECK_FALSE(right(bymerge, 'A', byclass, 'a'));
  CHECK_FALSE(right(bymerge, 'a', byclass, 'A'));
  // A model of 62 classes on bymerge: only the cases that the data merge.
  CHECK(right(byclass, 'c', bymerge, 'C'));
  CHECK_FALSE(right(byclass, 'a', bymerge, 'A'));
  // Digits are digits.
  CHECK(right(bymerge, '7', digits, '7'));
  CHECK_FALSE(right(bymerge, 'Z', digits, '2'));
}

TEST_CASE("scoring_classes: right exactly when the classes share a character, for all pairs of splits") {
  for (const std::string_view model : {digits, letters, bymerge, byclass}) {
    for (const std::string_view data : {digits, letters, bymerge, byclass}) {
      const ScoringClasses classes = scoring_classes(names(model), names(data));
      for (std::size_t p = 0; p < model.size(); ++p) {
        for (std::size_t t = 0; t < data.size(); ++t) {
          if ((classes.model_class[p] == classes.data_class[t]) != share_a_character(model, model[p], data, data[t])) {
            FAIL(model[p], " against ", data[t]);
          }
        }
      }
    }
  }
}

TEST_CASE("scoring_classes: names are the data set's, then those that only the model has") {
  CHECK(joined(scoring_classes(names(bymerge), names(bymerge)).names) == bymerge);
  CHECK(joined(scoring_classes(names(bymerge), names(byclass)).names) == bymerge);
  CHECK(joined(scoring_classes(names(byclass), names(bymerge)).names) == bymerge);
  CHECK(joined(scoring_classes(names(bymerge), names(letters)).names) == std::string(letters) + std::string(digits));
  CHECK(joined(scoring_classes(names(bymerge), names(digits)).names) == bymerge);
  CHECK(joined(scoring_classes(names(digits), names(bymerge)).names) == bymerge);
  CHECK(joined(scoring_classes(names(letters), names(digits)).names) == std::string(digits) + std::string(letters));
}

TEST_CASE("scoring_classes: model and data that merge under different names meet under the data's") {
  const ScoringClasses classes = scoring_classes(names("c"), names("C"));
  CHECK(classes.names == std::vector<std::string>{"C"});
  CHECK(classes.model_class == classes.data_class);
}

TEST_CASE("scoring_classes: names that are not characters are compared whole") {
  const ScoringClasses classes = scoring_classes({"Bag", "Coat"}, {"Coat", "bag"});
  CHECK(classes.names == std::vector<std::string>{"Coat", "bag", "Bag"});
  CHECK(classes.model_class == std::vector<Label>{2, 0});
}

TEST_CASE("ScoringClasses adds the probabilities of classes that became one") {
  const ScoringClasses classes = scoring_classes(names("AaC0"), names("CA9"));  // the data merge A and a
  CHECK(joined(classes.names) == "CA90");
  Matrix probabilities(4, 1);
  probabilities << 0.3F, 0.25F, 0.4F, 0.05F;
  Matrix expected(4, 1);
  expected << 0.4F, 0.55F, 0, 0.05F;
  CHECK(mismatch(classes.of_model(probabilities), expected, 1e-6) == "");
  CHECK(classes.of_data({1, 0, 2}) == std::vector<Label>{1, 0, 2});
  CHECK_THROWS_AS(classes.of_model(Matrix::Zero(3, 1)), ShapeError);
  CHECK_THROWS_AS(classes.of_data({3}), ValueError);
  CHECK_THROWS_AS(classes.of_data({-1}), ValueError);
}

TEST_CASE("ScoringClasses leaves the probabilities of equal classes untouched") {
  const ScoringClasses classes = scoring_classes(names(bymerge), names(bymerge));
  const Matrix probabilities = Matrix::Random(47, 3);
  CHECK(classes.of_model(probabilities) == probabilities);
}
