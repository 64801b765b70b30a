#include "golden/trajectory.hpp"

#include <inkling/data/dataset.hpp>
#include <inkling/nn/layer_list.hpp>
#include <inkling/nn/network.hpp>
#include <inkling/nn/training/backward.hpp>
#include <inkling/nn/training/loss.hpp>
#include <inkling/nn/training/optimizer.hpp>
#include <inkling/nn/training/trainer.hpp>
#include <inkling/nn/zoo.hpp>

#include <doctest/doctest.h>

#include <array>
#include <vector>

#include "golden/lcg.hpp"

using namespace inkling;
using namespace inkling::nn;
using inkling::test::Lcg;
using inkling::test::Trajectory;

// The whole of training, layer by layer and step by step, against golden/trajectory.py, which shares no code with it.
namespace {

constexpr Index images = 32;
constexpr Index classes = 5;
constexpr double smoothing = 0.1;

const Optimizer adamw_options = AdamW{.learning_rate = 0.01, .weight_decay = 0.05};
const Optimizer sgd_options = Sgd{.learning_rate = 0.05, .momentum = 0.9, .weight_decay = 0.01};

template <typename S>
struct SmallRun {
  Pixels pixels{100, images};
  std::vector<Label> labels;
  BasicNetwork<S> network{{10, 10, 1}};

  SmallRun() {
    Lcg lcg(1);
    for (std::uint8_t& pixel : pixels.reshaped()) pixel = lcg.byte();
    for (Index i = 0; i < images; ++i) labels.push_back(static_cast<Label>(lcg.byte() % classes));
    network.add(BasicConv2d<S>({.filters = 4, .padding = Padding::same, .bias = false}))
        .add(BasicBatchNorm<S>())
        .add(BasicRelu<S>())
        .add(BasicMaxPool2d<S>({.window = 2}))
        .add(BasicConv2d<S>({.filters = 6}))
        .add(BasicRelu<S>())
        .add(BasicFlatten<S>())
        .add(BasicDense<S>({.units = classes}));
    for (auto* parameter : network.parameters()) {
      if (parameter->role == Role::statistic) continue;
      if (parameter->role == Role::weight) parameter->value.setZero();
      lcg.add_to(parameter->value, parameter == network.parameters().front() ? 1.0 : 0.5);
    }
  }
};

template <typename S>
void check_norms(const BasicNetwork<S>& network, const Trajectory& golden, double relative) {
  const auto parameters = network.parameters();
  REQUIRE(parameters.size() == golden.norms.size());
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    CAPTURE(p);
    CHECK(std::abs(static_cast<double>(parameters[p]->value.norm()) - golden.norms[p]) <= relative * golden.norms[p]);
  }
}

/// Both sides compute in double precision: what is left are the rounding errors of ten steps.
void check_steps(const Optimizer& optimizer, const Trajectory& golden) {
  SmallRun<double> run;
  const MatrixOf<double> x = run.pixels.cast<double>() / 255;
  BasicWorkspace<double> workspace;
  OptimizerState<double> state;
  std::vector<std::vector<MatrixOf<double>>> gradients(1);
  const auto parameters = run.network.parameters();
  for (const double expected : golden.losses) {
    const auto logits = run.network.forward(x, workspace, Mode::training);
    MatrixOf<double> gradient(classes, images);
    const LossSum sum = softmax_cross_entropy<double>(logits, run.labels, smoothing, 1.0 / images, gradient);
    CHECK(std::abs(sum.loss / images - expected) <= 1e-11 * expected);
    run.network.backward(x, gradient, workspace, gradients[0]);
    optimizer_step<double>(optimizer, 1, parameters, gradients, state, 1);
  }
  check_norms(run.network, golden, 1e-11);
}

/// The trainer works in single precision; the script itself differs by 3e-7 when it does. Ten times that is allowed,
/// and a wrong term in any formula differs by far more.
void check_training(const Optimizer& optimizer, const Trajectory& golden) {
  SmallRun<float> run;
  const Dataset data({10, 10, 1}, run.pixels, run.labels, {"0", "1", "2", "3", "4"});
  std::vector<double> losses;
  const auto classifier = fit_network(run.network, data,
                                      {.optimizer = optimizer,
                                       .epochs = static_cast<Index>(golden.losses.size()),
                                       .batch = images,
                                       .micro_batch = images,
                                       .label_smoothing = smoothing,
                                       .threads = 1,
                                       .on_progress = [&](const Progress& progress) {
                                         losses.push_back(progress.loss.value());
                                         return Flow::go_on;
                                       }});
  REQUIRE(losses.size() == golden.losses.size());
  for (std::size_t step = 0; step < losses.size(); ++step) {
    CAPTURE(step);
    CHECK(std::abs(losses[step] - golden.losses[step]) <= 3e-6 * golden.losses[step]);
  }
  check_norms(classifier.network(), golden, 3e-6);
}

}  // namespace

TEST_CASE("ten steps in double precision follow the golden trajectory") {
  SUBCASE("AdamW") {
    check_steps(adamw_options, test::adamw_trajectory);
  }
  SUBCASE("SGD") {
    check_steps(sgd_options, test::sgd_trajectory);
  }
}

TEST_CASE("ten epochs of fit_network follow the golden trajectory") {
  SUBCASE("AdamW") {
    check_training(adamw_options, test::adamw_trajectory);
  }
  SUBCASE("SGD") {
    check_training(sgd_options, test::sgd_trajectory);
  }
}
