#include <inkling/adapt.hpp>
#include <inkling/data/augmentation.hpp>
#include <inkling/data/dataset.hpp>
#include <inkling/nn/layers/batch_norm.hpp>
#include <inkling/nn/layers/conv2d.hpp>
#include <inkling/nn/layers/dense.hpp>
#include <inkling/nn/layers/depthwise_conv2d.hpp>
#include <inkling/nn/layers/dropout.hpp>
#include <inkling/nn/layers/flatten.hpp>
#include <inkling/nn/layers/max_pool2d.hpp>
#include <inkling/nn/layers/squeeze_excite.hpp>
#include <inkling/nn/network.hpp>
#include <inkling/nn/training/gradient_check.hpp>
#include <inkling/nn/training/line_trainer.hpp>
#include <inkling/nn/training/optimizer.hpp>
#include <inkling/nn/training/schedule.hpp>
#include <inkling/nn/training/trainer.hpp>
#include <inkling/nn/zoo.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "options/walk.hpp"

using namespace inkling;
using inkling::test::expect;
using inkling::test::Walk;
using namespace inkling::nn;

namespace {

/// What a network of one layer makes of two images.
template <typename L>
void run_layer(L layer, const Shape& input = {8, 8, 3}) {
  Network network(input, 1);
  network.add(std::move(layer));
  Workspace workspace;
  const Matrix x = Matrix::Constant(input.size(), 2, 0.5F);
  expect(network.forward(x, workspace, Mode::training).allFinite());
}

void step(const Optimizer& optimizer) {
  Parameter<float> parameter{"weight", Role::weight, {2}, Matrix::Ones(2, 1)};
  const std::vector<Parameter<float>*> parameters{&parameter};
  std::vector<std::vector<Matrix>> gradients{{Matrix::Ones(2, 1)}};
  OptimizerState<float> state;
  optimizer_step<float>(optimizer, 1, parameters, gradients, state, 1);
  expect(parameter.value.allFinite());
}

void check_schedule(const Schedule& schedule) {
  for (const double progress : {0.0, 0.3, 0.999, 1.0}) expect(std::isfinite(schedule(progress)));
}

Dataset two_classes() {
  Pixels pixels = Pixels::Zero(16, 12);
  std::vector<Label> labels;
  for (Index i = 0; i < 12; ++i) {
    labels.push_back(static_cast<Label>(i % 2));
    pixels.col(i).segment(8 * (i % 2), 8).setConstant(static_cast<std::uint8_t>(200 + i));
  }
  return {{4, 4, 1}, pixels, labels, {"a", "b"}};
}

}  // namespace

TEST_CASE("options of layers") {
  Walk<DenseOptions>({.units = 3}, [&](const DenseOptions& options) {
    run_layer(Dense(options), {1, 1, 5});
  }).field("units", &DenseOptions::units);
  Walk<Conv2dOptions>({.filters = 2}, [&](const Conv2dOptions& options) { run_layer(Conv2d(options)); })
      .field("filters", &Conv2dOptions::filters)
      .field("kernel", &Conv2dOptions::kernel)
      .field("stride", &Conv2dOptions::stride);
  Walk<DepthwiseConv2dOptions>({}, [&](const DepthwiseConv2dOptions& options) { run_layer(DepthwiseConv2d(options)); })
      .field("kernel", &DepthwiseConv2dOptions::kernel)
      .field("stride", &DepthwiseConv2dOptions::stride);
  Walk<MaxPool2dOptions>({}, [&](const MaxPool2dOptions& options) { run_layer(MaxPool2d(options)); })
      .field("window", &MaxPool2dOptions::window)
      .field("stride", &MaxPool2dOptions::stride);
  Walk<BatchNormOptions>({}, [&](const BatchNormOptions& options) {
    run_layer(BatchNorm(options));
  }).field("epsilon", &BatchNormOptions::epsilon);
  Walk<DropoutOptions>({}, [&](const DropoutOptions& options) {
    run_layer(Dropout(options));
  }).field("rate", &DropoutOptions::rate);
  Walk<SqueezeExciteOptions>({.units = 2}, [&](const SqueezeExciteOptions& options) {
    run_layer(SqueezeExcite(options));
  }).field("units", &SqueezeExciteOptions::units);
  Walk<VggOptions>({.width = 2, .dense = 4},
                   [&](const VggOptions& options) {
                     expect(vgg({8, 8, 1}, 3, 1, options).parameter_count() > 0);
                   })
      .field("width", &VggOptions::width)
      .field("dense", &VggOptions::dense);
}

TEST_CASE("options of optimisers and schedules") {
  Walk<Sgd>({}, [&](const Sgd& options) { step(options); })
      .field("learning_rate", &Sgd::learning_rate)
      .field("momentum", &Sgd::momentum)
      .field("weight_decay", &Sgd::weight_decay);
  Walk<AdamW>({}, [&](const AdamW& options) { step(options); })
      .field("learning_rate", &AdamW::learning_rate)
      .field("beta1", &AdamW::beta1)
      .field("beta2", &AdamW::beta2)
      .field("epsilon", &AdamW::epsilon)
      .field("weight_decay", &AdamW::weight_decay);
  Walk<OneCycleOptions>({}, [&](const OneCycleOptions& options) { check_schedule(one_cycle(options)); })
      .field("peak_at", &OneCycleOptions::peak_at)
      .field("start", &OneCycleOptions::start)
      .field("end", &OneCycleOptions::end);
  Walk<CosineOptions>({}, [&](const CosineOptions& options) { check_schedule(cosine(options)); })
      .field("warm_up", &CosineOptions::warm_up)
      .field("end", &CosineOptions::end);
}

TEST_CASE("options of training") {
  const Dataset data = two_classes();
  Walk<NetworkOptions>({.epochs = 2,
                        .batch = 6,
                        .micro_batch = 3,
                        .class_weights = {1, 2},
                        .validation = data,
                        .threads = 1,
                        .augment = random_shift(1)},
                       [&](const NetworkOptions& options) {
                         Network network({4, 4, 1}, 1);
                         network.add(Flatten()).add(Dense({.units = 2}));
                         const NetworkClassifier model = fit_network(network, data, options);
                         expect(model.scores(data.pixels(), 1).allFinite());
                       })
      .field("epochs", &NetworkOptions::epochs)
      .field("batch", &NetworkOptions::batch)
      .field("micro_batch", &NetworkOptions::micro_batch)
      .field("label_smoothing", &NetworkOptions::label_smoothing)
      .field("class_weights", &NetworkOptions::class_weights)
      .field("average", &NetworkOptions::average)
      .field("teacher_share", &NetworkOptions::teacher_share)
      .field("patience", &NetworkOptions::patience)
      .field("threads", &NetworkOptions::threads)
      .field("augment_until", &NetworkOptions::augment_until);
  Walk<GradientCheckOptions>({},
                             [&](const GradientCheckOptions& options) {
                               BasicNetwork<double> network({1, 1, 2}, 1);
                               network.add(BasicDense<double>({.units = 2}));
                               check_gradients(network, MatrixOf<double>::Constant(2, 1, 0.5), options);
                             })
      .field("step", &GradientCheckOptions::step)
      .field("relative", &GradientCheckOptions::relative)
      .field("absolute", &GradientCheckOptions::absolute);
}

TEST_CASE("options of training on lines") {
  const auto line = [](Rng& rng, double) {
    TrainingLine made{FloatImage(6, 4), {static_cast<Label>(rng.below(2))}};
    for (float& value : made.ink.values()) value = rng.uniform();
    return made;
  };
  Walk<LineTrainingOptions>(
      {.steps = 2, .batch = 4, .micro_batch = 2, .sorted = 1, .margin = 2, .threads = 1},
      [&](const LineTrainingOptions& options) {
        Network network({4, 8, 1}, 1);
        network.add(Conv2d({.filters = 3, .kernel = 4}));
        expect(fit_line_network({.network = network}, line, options).output_shape().channels == 3);
      })
      .field("steps", &LineTrainingOptions::steps)
      .field("batch", &LineTrainingOptions::batch)
      .field("micro_batch", &LineTrainingOptions::micro_batch)
      .field("sorted", &LineTrainingOptions::sorted)
      .field("margin", &LineTrainingOptions::margin)
      .field("average", &LineTrainingOptions::average)
      .field("threads", &LineTrainingOptions::threads);
}

TEST_CASE("options of adapting") {
  const Dataset data = two_classes();
  Network network({4, 4, 1}, 1);
  network.add(Flatten()).add(Dense({.units = 2}));
  const NetworkClassifier model(network, {"a", "b"});
  Walk<AdaptOptions>({.images = 24, .folds = 2, .threads = 1},
                     [&](const AdaptOptions& options) {
                       expect(adapt(model, data, options).model.scores(data.pixels(), 1).allFinite());
                     })
      .field("images", &AdaptOptions::images)
      .field("learning_rate", &AdaptOptions::learning_rate)
      .field("folds", &AdaptOptions::folds)
      .field("threads", &AdaptOptions::threads);
}
