#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/rng.hpp>
#include <inkling/io/model/model_file.hpp>
#include <inkling/io/onnx/detail/graph.hpp>
#include <inkling/io/onnx/detail/protobuf_writer.hpp>
#include <inkling/io/onnx/load_onnx.hpp>
#include <inkling/io/onnx/onnx.hpp>
#include <inkling/nn/layer_list.hpp>
#include <inkling/nn/network.hpp>
#include <inkling/nn/network_classifier.hpp>
#include <inkling/nn/zoo.hpp>
#include <inkling/svm/linear_svm.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "random_matrix.hpp"

using namespace inkling;
using inkling::test::random_pixels;

namespace {

nn::NetworkClassifier from(const std::string& bytes, const OnnxLoadOptions& options = {}) {
  return load_onnx(std::as_bytes(std::span(bytes)), "graph", options);
}

nn::NetworkClassifier lived_in(nn::Network network) {
  Rng rng(4);
  for (nn::Parameter<float>* parameter : network.parameters()) {
    for (float& value : parameter->value.reshaped()) value += rng.uniform(0.1F, 0.6F);
  }
  std::vector<std::string> names;
  for (Index i = 0; i < network.output_shape().channels; ++i) names.push_back("class " + std::to_string(i));
  return nn::NetworkClassifier(std::move(network), std::move(names));
}

void check_same(const nn::NetworkClassifier& model) {
  const nn::NetworkClassifier again = from(onnx_bytes(model));
  const Pixels images = random_pixels(model.input_shape().size(), 7, 3);
  CHECK(again.class_names() == model.class_names());
  CHECK(again.temperature() == doctest::Approx(model.temperature()));
  CHECK((again.scores(images) - model.scores(images)).cwiseAbs().maxCoeff() < 1e-5F);
  CHECK((again.logits(images) - model.logits(images)).cwiseAbs().maxCoeff() <
        1e-4F * model.logits(images).cwiseAbs().maxCoeff());
}

TEST_CASE("a network comes back from what export_onnx made of it") {
  nn::Network network({9, 12, 2}, 3);
  network.add(nn::Conv2d({.filters = 4, .kernel = 4, .padding = nn::Padding::same, .bias = false}))
      .add(nn::BatchNorm({.epsilon = 1e-3}))
      .add(nn::Relu())
      .add(nn::Conv2d({.filters = 5, .kernel = 3, .stride = 2, .padding = nn::Padding::same}))
      .add(nn::DepthwiseConv2d({.kernel = 2}))
      .add(nn::MaxPool2d({.window = 2, .stride = 1}))
      .add(nn::Dropout({.rate = 0.1}))
      .add(nn::Flatten())
      .add(nn::BatchNorm())
      .add(nn::Dense({.units = 11}))
      .add(nn::BatchNorm())
      .add(nn::Sigmoid())
      .add(nn::Dense({.units = 7}));
  nn::NetworkClassifier model = lived_in(std::move(network));
  model.set_temperature(1.5F);
  check_same(model);

  nn::Network pooled({6, 6, 1}, 2);
  pooled.add(nn::Conv2d({.filters = 3})).add(nn::GlobalAveragePool()).add(nn::Dense({.units = 2}));
  check_same(lived_in(std::move(pooled)));
  check_same(lived_in(nn::lenet({28, 28, 1}, 10, 1)));
}

TEST_CASE("the shipped networks come back, with the names of their classes or others") {
  for (const char* name : {"cnn", "mlp"}) {
    const auto model = load_model(INKLING_SOURCE_DIR "/models/" + std::string(name) + ".safetensors");
    check_same(dynamic_cast<const nn::NetworkClassifier&>(*model));
    const std::vector<std::string> others(47, "x");
    CHECK(from(onnx_bytes(*model), {.class_names = others}).class_names() == others);
    CHECK_THROWS_AS(from(onnx_bytes(*model), {.class_names = {"x"}}), FormatError);
  }
}

TEST_CASE("graphs of anything else are refused by the name of the node") {
  nn::Network block({4, 4, 2}, 1);
  block.add(nn::Residual(nn::Conv2d({.filters = 2, .padding = nn::Padding::same})))
      .add(nn::Flatten())
      .add(nn::Dense({.units = 2}));
  CHECK_THROWS_WITH_AS(from(onnx_bytes(lived_in(std::move(block)))), doctest::Contains("(Add): "), FormatError);
  const LinearSvm svm({4, 5, 1}, {"a", "b"}, Matrix::Ones(20, 2), Vector::Zero(2));
  CHECK(from(onnx_bytes(svm)).num_classes() == 2);  // a network of one layer
  CHECK_THROWS_AS(load_onnx(std::filesystem::path("none.onnx")), FileError);
}

/// A model of this graph, which takes 4 x 4 pixels and puts out a value a class.
std::string model_of(const detail::OnnxGraph& graph) {
  return ProtobufWriter().integer(1, 8).message(7, graph.writer()).bytes();
}

/// Conv with a filter of 2 x 2; its weights are 0.1, 0.2, 0.3 and 0.4 times `times`.
void convolve(detail::OnnxGraph& graph, const std::vector<detail::OnnxAttribute>& attributes, float times = 1) {
  const std::vector<float> weights{0.1F * times, 0.2F * times, 0.3F * times, 0.4F * times};
  graph.apply("Conv", {graph.constant("filter", {1, 1, 2, 2}, weights)}, attributes);
}

/// The last layer, from the one channel of the mean over all pixels.
void end(detail::OnnxGraph& graph) {
  graph.apply("Flatten", {}, {{"axis", std::int64_t{1}}});
  graph.apply("Gemm", {graph.constant("w", {1, 2}, std::vector<float>{1, -1})});
}

TEST_CASE("a convolution keeps the size by the border that SAME_UPPER says, and no other") {
  const auto padded = [](const char* auto_pad) {
    detail::OnnxGraph graph({4, 4, 1}, 2);
    convolve(graph, {{"auto_pad", auto_pad}});
    graph.apply("GlobalAveragePool");
    end(graph);
    return model_of(graph);
  };
  const nn::NetworkClassifier upper = from(padded("SAME_UPPER"));
  CHECK(upper.network().size() == 4);
  // The border lies below and to the right: ink in the first pixel is seen by one filter place alone, by its first
  // weight.
  Pixels ink = Pixels::Zero(16, 2);
  ink(0, 0) = 255;
  ink(15, 1) = 255;  // seen by all four
  const Matrix logits = upper.logits(ink);
  CHECK(logits(0, 0) == doctest::Approx(0.1 / 16));
  CHECK(logits(0, 1) == doctest::Approx((0.1 + 0.2 + 0.3 + 0.4) / 16));
  CHECK(from(padded("VALID")).logits(ink)(0, 0) == doctest::Approx(0.1 / 9));
  CHECK_THROWS_WITH_AS(from(padded("SAME_LOWER")), doctest::Contains("SAME_LOWER"), FormatError);
}

TEST_CASE("channels are pooled where they stand after the images, not behind the pixels") {
  const auto pooled = [](bool transposed) {
    detail::OnnxGraph graph({4, 4, 1}, 2);
    convolve(graph, {});
    if (transposed) graph.apply("Transpose", {}, {{"perm", detail::OnnxAttribute::Integers{0, 2, 3, 1}}});
    graph.apply("GlobalAveragePool");
    end(graph);
    return model_of(graph);
  };
  CHECK(from(pooled(false)).num_classes() == 2);
  CHECK_THROWS_WITH_AS(from(pooled(true)), doctest::Contains("(GlobalAveragePool): expected [n, channels"),
                       FormatError);
}

TEST_CASE("a scale of the pixels is taken up by the first weights, but never past a Sigmoid") {
  const auto scaled = [](float scale, bool sigmoid, float weights) {
    detail::OnnxGraph graph({4, 4, 1}, 2);
    graph.scale("scale", scale);
    if (sigmoid) graph.apply("Sigmoid");
    convolve(graph, {}, weights);
    graph.apply("GlobalAveragePool");
    end(graph);
    return from(model_of(graph));
  };
  const Pixels images = random_pixels(16, 5, 3);
  const Matrix twice = scaled(2 / 255.0F, false, 1).logits(images);
  CHECK(twice.isApprox(scaled(1 / 255.0F, false, 2).logits(images), 1e-5F));
  CHECK(twice.isApprox(2 * scaled(1 / 255.0F, false, 1).logits(images), 1e-5F));
  CHECK(scaled(1 / 255.0F, true, 1).network().size() == 5);  // what our networks take
  CHECK_THROWS_WITH_AS(scaled(2 / 255.0F, true, 1), doctest::Contains("expected a Conv or Gemm behind the scale"),
                       FormatError);
}

TEST_CASE("damaged files end in an error, whatever is wrong") {
  nn::Network network({5, 5, 1}, 1);
  network.add(nn::Conv2d({.filters = 2})).add(nn::Flatten()).add(nn::Dense({.units = 2}));
  const std::string good = onnx_bytes(lived_in(std::move(network)));
  CHECK_THROWS_AS(from(""), FormatError);
  CHECK_THROWS_AS(from("no graph at all"), FormatError);
  for (std::size_t length = 0; length < good.size(); length += 7) {
    try {
      from(good.substr(0, length));  // what is cut off may be what is not needed
    } catch (const Error&) {
    }
  }
  Rng rng(1);
  for (int i = 0; i < 10'000; ++i) {
    std::string bad = good;
    bad[rng.below(static_cast<std::uint32_t>(bad.size()))] = static_cast<char>(rng.below(256));
    bad[rng.below(static_cast<std::uint32_t>(bad.size()))] = static_cast<char>(rng.below(256));
    try {
      from(bad);
    } catch (const Error&) {
    }
  }
}

}  // namespace
