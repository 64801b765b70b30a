#include <inkling/core/error.hpp>
#include <inkling/nn/layer_list.hpp>
#include <inkling/nn/layer_registry.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

using namespace inkling;
using namespace inkling::nn;

namespace {

class Doubling final : public TrainableLayer {
 public:
  static Doubling from_options(const StageOptions&) { return {}; }
  std::string_view kind() const noexcept override { return "doubling"; }
  Shape build(const Shape& in, Rng&) override { return in; }
  void forward(const ConstMatrixRef<float>& x, MatrixRef<float> y, Scratch<float>&, Mode) const override { y = 2 * x; }
  void backward(const ConstMatrixRef<float>&, const ConstMatrixRef<float>&, const ConstMatrixRef<float>& dy,
                MatrixRef<float> dx, std::span<Matrix>, Scratch<float>&) const override {
    if (dx.cols() > 0) dx = 2 * dy;
  }
  std::unique_ptr<BasicLayer<float>> clone() const override { return std::make_unique<Doubling>(*this); }
};

void check_round_trip(const Layer& layer, const StageOptions& expected) {
  CAPTURE(std::string(layer.kind()));
  CHECK(layer.options() == expected);
  const auto again = LayerRegistry::standard().make(layer.kind(), layer.options());
  CHECK(again->kind() == layer.kind());
  CHECK(again->options() == expected);
}

}  // namespace

TEST_CASE("every layer is made again from its kind and options") {
  check_round_trip(BatchNorm({.epsilon = 1e-3}), {{"epsilon", 1e-3}});
  check_round_trip(Conv2d({.filters = 7,
                           .kernel = 4,
                           .stride = 2,
                           .padding = Padding::same,
                           .bias = false,
                           .initialisation = Initialisation::glorot}),
                   {{"filters", 7},
                    {"kernel", 4},
                    {"stride", 2},
                    {"padding", "same"},
                    {"bias", false},
                    {"initialisation", "glorot"}});
  check_round_trip(
      Conv2d({.filters = 3}),
      {{"filters", 3}, {"kernel", 3}, {"stride", 1}, {"padding", "valid"}, {"bias", true}, {"initialisation", "he"}});
  check_round_trip(Dense({.units = 5, .initialisation = Initialisation::glorot}),
                   {{"units", 5}, {"initialisation", "glorot"}});
  check_round_trip(DepthwiseConv2d({.kernel = 5, .stride = 2, .padding = Padding::same, .bias = false}),
                   {{"kernel", 5}, {"stride", 2}, {"padding", "same"}, {"bias", false}, {"initialisation", "he"}});
  check_round_trip(Dropout({.rate = 0.3}), {{"rate", 0.3}});
  check_round_trip(Flatten(), StageOptions());
  check_round_trip(GlobalAveragePool(), StageOptions());
  check_round_trip(MaxPool2d({.window = 3, .stride = 2}), {{"window", 3}, {"stride", 2}});
  check_round_trip(MaxPool2d({.window = 3}), {{"window", 3}, {"stride", 3}});
  check_round_trip(Relu(), StageOptions());
  check_round_trip(Sigmoid(), StageOptions());
  check_round_trip(SqueezeExcite({.units = 3}), {{"units", 3}});
  check_round_trip(
      Residual(Dropout({.rate = 0.3}), Residual(Relu())),
      {{"layers", Architecture{{"dropout", {{"rate", 0.3}}}, {"residual", {{"layers", Architecture{{"relu", {}}}}}}}}});
}

TEST_CASE("a layer made from options builds and computes like the original") {
  Conv2d original({.filters = 7, .kernel = 4, .stride = 2, .padding = Padding::same, .bias = false});
  const auto copy = LayerRegistry::standard().make("conv2d", original.options());
  Rng one(3), same(3);
  CHECK(copy->build({9, 8, 2}, one) == original.build({9, 8, 2}, same));
  REQUIRE(copy->parameters().size() == 1);
  CHECK(copy->parameters()[0].value == original.parameters()[0].value);
}

TEST_CASE("an unknown layer is refused with the known ones") {
  CHECK_THROWS_WITH_AS(
      LayerRegistry::standard().make("lstm", StageOptions()),
      "unknown layer \"lstm\", expected one of batch_norm, conv2d, dense, depthwise_conv2d, dropout, flatten, "
      "global_average_pool, max_pool2d, relu, residual, sigmoid, squeeze_excite",
      FormatError);
}

TEST_CASE("options that a layer refuses are FormatErrors that name the layer and the option") {
  const LayerRegistry registry = LayerRegistry::standard();
  struct Case {
    const char* kind;
    StageOptions options;
    const char* part_of_message;
  };
  const StageOptions conv = Conv2d({.filters = 3}).options();
  const auto conv_with = [&](const char* name, const StageOption& value) {
    StageOptions changed = conv;
    changed.set(name, value);
    return changed;
  };
  const std::vector<Case> cases{
      {"dense", StageOptions(), "expected an option \"units\""},
      {"dense", {{"units", "5"}, {"initialisation", "he"}}, "\"units\" has the wrong type"},
      {"dense", {{"units", 5.5}, {"initialisation", "he"}}, "\"units\" has the wrong type"},
      {"dense", {{"units", true}, {"initialisation", "he"}}, "\"units\" has the wrong type"},
      {"dense", {{"units", 0}, {"initialisation", "he"}}, "Options::units: expected a number"},
      {"dense", {{"units", -1}, {"initialisation", "he"}}, "Options::units: expected a number"},
      {"dense", {{"units", 0x1p64}, {"initialisation", "he"}}, "units"},
      {"dense", {{"units", 5}, {"initialisation", "zeros"}}, "unknown value \"zeros\""},
      {"dense", {{"units", 5}, {"initialisation", 1}}, "\"initialisation\" has the wrong type"},
      {"conv2d", conv_with("filters", 0), "Options::filters: expected a number"},
      {"conv2d", conv_with("kernel", 0), "Options::kernel: expected a number"},
      {"conv2d", conv_with("stride", 0), "Options::stride: expected a number"},
      {"conv2d", conv_with("padding", "full"), "unknown value \"full\""},
      {"conv2d", conv_with("bias", 1), "\"bias\" has the wrong type"},
      {"max_pool2d", {{"window", 0}, {"stride", 1}}, "Options::window: expected a number"},
      {"max_pool2d", {{"window", 2}, {"stride", -1}}, "Options::stride: expected a number"},
      {"dropout", {{"rate", 1.0}}, "DropoutOptions::rate: expected a number from 0 to below 1"},
      {"dropout", {{"rate", -0.1}}, "DropoutOptions::rate: expected a number from 0 to below 1"},
      {"dropout", {{"rate", false}}, "\"rate\" has the wrong type"},
      {"batch_norm", {{"epsilon", 0}}, "Options::epsilon: expected a number"},
      {"depthwise_conv2d", StageOptions(), "expected an option \"kernel\""},
      {"squeeze_excite", {{"units", 0}}, "Options::units: expected a number"},
      {"residual", StageOptions(), "expected an option \"layers\""},
      {"residual", {{"layers", 3}}, "\"layers\" has the wrong type"},
      {"residual", {{"layers", Architecture()}}, "at least one layer"},
      {"residual", {{"layers", std::vector<Index>{3}}}, "\"layers\" has the wrong type"},
      {"residual", {{"layers", Architecture{{"lstm", {}}}}}, "layer \"lstm\""},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.kind));
    CHECK_THROWS_WITH_AS(registry.make(c.kind, c.options), doctest::Contains(c.part_of_message), FormatError);
    CHECK_THROWS_WITH_AS(registry.make(c.kind, c.options), doctest::Contains(c.kind), FormatError);
  }
}

TEST_CASE("whole numbers are accepted where a fraction is expected") {
  CHECK(LayerRegistry::standard().make("dropout", {{"rate", 0}})->options().number("rate") == 0);
}

TEST_CASE("a program adds layers of its own to a copy") {
  LayerRegistry registry = LayerRegistry::standard();
  registry.add<Doubling>("doubling");
  CHECK(registry.make("doubling", StageOptions())->kind() == "doubling");
  CHECK_THROWS_AS(LayerRegistry::standard().make("doubling", StageOptions()), FormatError);

  const StageOptions block = Residual(Doubling()).options();
  CHECK(registry.make("residual", block)->options() == block);
  CHECK_THROWS_AS(LayerRegistry::standard().make("residual", block), FormatError);
}
