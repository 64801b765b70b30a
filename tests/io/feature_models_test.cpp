// Models of plain float features in files.

#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/forest/fit_forest.hpp>
#include <inkling/io/model/model_file.hpp>
#include <inkling/io/model/model_info.hpp>
#include <inkling/io/safetensors/safetensors.hpp>
#include <inkling/model/classifier.hpp>
#include <inkling/svm/fit_svm.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "random_matrix.hpp"

using namespace inkling;
using inkling::test::random_matrix;

namespace {

std::unique_ptr<Classifier> sent(const Safetensors& file) {
  const std::vector<std::byte> bytes = safetensors_bytes(file);
  return load_model(bytes, "memory");
}

TEST_CASE("a forest and an SVM of features come back from their files") {
  const Matrix features = random_matrix<float>(5, 120, 1);
  std::vector<Label> labels;
  for (Index i = 0; i < features.cols(); ++i) labels.push_back(features(1, i) > features(3, i) ? 1 : 0);
  const Matrix others = random_matrix<float>(5, 30, 2);

  const RandomForest forest = fit_forest(features, labels, {"a", "b"}, {.trees = 8});
  CHECK(sent(encode_model(forest))->feature_scores(others) == forest.feature_scores(others));
  const LinearSvm svm = fit_svm(features, labels, {"a", "b"});
  CHECK(svm.feature_scores(others) == svm.margins(others));
  CHECK(sent(encode_model(svm))->feature_probabilities(others) == svm.feature_probabilities(others));

  const std::vector<std::byte> bytes = safetensors_bytes(encode_model(forest, {.notes = {{"colour", "blue"}}}));
  CHECK(read_model_info(bytes, "memory").notes.at("colour") == "blue");
  CHECK_THROWS_AS(read_model_info(std::span(bytes).first(40), "memory"), FormatError);
}

TEST_CASE("cuts that are damaged are refused") {
  const Matrix features = random_matrix<float>(3, 60, 3);
  std::vector<Label> labels(60);
  for (std::size_t i = 0; i < 30; ++i) labels[i] = 1;
  const Safetensors good = encode_model(fit_forest(features, labels, {"a", "b"}, {.trees = 2}));
  REQUIRE(good.tensors.at("bins.count").dims == std::vector<Index>{3});

  Safetensors fewer = good;
  fewer.tensors.at("bins.count").bytes[1] = std::byte{1};
  CHECK_THROWS_AS(sent(fewer), FormatError);
  Safetensors falling = good;
  std::vector<float> cuts = tensor_values<float>(falling.tensors.at("bins.cut"));
  std::swap(cuts[4], cuts[5]);
  falling.tensors["bins.cut"] = make_tensor<float>({static_cast<Index>(cuts.size())}, cuts);
  CHECK_THROWS_AS(sent(falling), FormatError);
  Safetensors without = good;
  without.tensors.erase("bins.cut");
  CHECK_THROWS_AS(sent(without), FormatError);
  Safetensors lone = good;  // cuts that nobody counts
  lone.tensors.erase("bins.count");
  CHECK_THROWS_AS(sent(lone), FormatError);
}

}  // namespace
