#include <inkling/core/error.hpp>
#include <inkling/io/model/activation_ranges_note.hpp>
#include <inkling/io/model/model_file.hpp>
#include <inkling/io/model/model_info.hpp>
#include <inkling/nn/inference/int8.hpp>
#include <inkling/nn/kernels/int8.hpp>
#include <inkling/nn/layer_list.hpp>
#include <inkling/nn/network.hpp>
#include <inkling/nn/network_classifier.hpp>
#include <inkling/svm/linear_svm.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <vector>

#include "contains.hpp"
#include "damaged_file.hpp"
#include "random_matrix.hpp"

using namespace inkling;
using inkling::test::contains;
using inkling::test::random_matrix;
using inkling::test::random_pixels;

namespace {

nn::NetworkClassifier make_network() {
  nn::Network layers({6, 6, 1}, 3);
  layers.add(nn::Conv2d({.filters = 4})).add(nn::Relu()).add(nn::Flatten()).add(nn::Dense({.units = 3}));
  nn::NetworkClassifier model(layers, {"a", "b", "c"});
  model.set_temperature(1.5F);
  return model;
}

std::vector<float> ranges() {
  return nn::activation_ranges(make_network().network(), random_pixels(36, 50, 1).cast<float>() / 255);
}

Safetensors file_with_ranges() {
  return encode_model(make_network(), {.storage = Storage::i8, .notes = {activation_ranges_note(ranges())}});
}

std::string failure_after(const std::function<void(Safetensors&)>& damage) {
  return test::failure_after(file_with_ranges(), damage);
}

}  // namespace

TEST_CASE("the ranges survive in a note, to the bit") {
  const std::vector<float> some{0.1F, 3, 1e-5F, 12345.678F};
  ModelInfo info;
  CHECK(activation_ranges(info).empty());
  info.notes.insert(activation_ranges_note(some));
  CHECK(activation_ranges(info) == some);
  for (const std::string note : {"", "[]", "{}", "3", "[1,0]", "[-1]", "[\"1\"]", "[1e99]"}) {
    CAPTURE(note);
    info.notes["activation_ranges"] = note;
    CHECK_THROWS_AS(activation_ranges(info), FormatError);
  }
}

TEST_CASE("a network with ranges computes in bytes where that is fast, and in floats elsewhere") {
  const auto loaded = load_model(safetensors_bytes(file_with_ranges()), "bytes");
  const auto& network = dynamic_cast<const nn::NetworkClassifier&>(*loaded).network();
  nn::NetworkClassifier expected = nn::kernels::int8_is_fast ? nn::NetworkClassifier(network, loaded->class_names(),
                                                                                     nn::fuse_int8(network, ranges()))
                                                             : nn::NetworkClassifier(network, loaded->class_names());
  expected.set_temperature(1.5F);
  const Pixels images = random_pixels(36, 20, 5);
  CHECK(loaded->scores(images) == expected.scores(images));
  CHECK((loaded->scores(images) - make_network().scores(images)).cwiseAbs().maxCoeff() < 0.03F);
}

TEST_CASE("ranges that do not fit are refused when the model is saved") {
  const auto save = [](const Classifier& model, const std::vector<float>& some) {
    encode_model(model, {.notes = {activation_ranges_note(some)}});
  };
  CHECK_NOTHROW(save(make_network(), {1}));
  CHECK_THROWS_AS(save(make_network(), {1, 2}), ValueError);
  const LinearSvm svm({1, 2, 1}, {"a", "b"}, random_matrix<float>(2, 2, 1), random_matrix<float>(2, 1, 2));
  CHECK_THROWS_AS(save(svm, {1}), ValueError);
}

TEST_CASE("a damaged file of a network in bytes is refused") {
  const auto fails = [](const std::string& words, const std::function<void(Safetensors&)>& change) {
    const std::string text = failure_after(change);
    CAPTURE(text);
    CHECK(contains(text, words));
  };
  CHECK(failure_after([](Safetensors&) {}).empty());
  fails("activation_ranges", [](Safetensors& file) { file.metadata["activation_ranges"] = "[x]"; });
  fails("'self_test.byte_scores': it is missing",
        [](Safetensors& file) { file.tensors.erase("self_test.byte_scores"); });
  fails("'self_test.byte_scores': it has no place",
        [](Safetensors& file) { file.metadata.erase("activation_ranges"); });
  if (!nn::kernels::int8_is_fast) return;
  fails("a range above 0 for each ReLU", [](Safetensors& file) { file.metadata["activation_ranges"] = "[1,2]"; });
  fails("the self-test failed", [](Safetensors& file) { file.metadata["activation_ranges"] = "[0.01]"; });
}
