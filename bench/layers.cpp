#include <inkling/nn/layer.hpp>
#include <inkling/nn/network.hpp>
#include <inkling/nn/training/backward.hpp>

#include <benchmark/benchmark.h>

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "reference_networks.hpp"
#include "roofline.hpp"
#include "setup.hpp"

namespace inkling::bench {
namespace {

constexpr Index samples = 32;  // a micro-batch

/// One layer of a network, alone, on one thread: the rows of a roofline.
struct Stage {
  Stage(const nn::Network& network, Index i)
      : layer(network.layer(i).clone()),
        x(Matrix::Random(i == 0 ? network.input_shape().size() : network.output_shape(i - 1).size(), samples)),
        y(network.output_shape(i).size(), samples),
        dy(Matrix::Random(y.rows(), samples)),
        dx(i == 0 ? 0 : x.rows(), i == 0 ? 0 : samples),
        flop(forward_flop(network, i) * static_cast<double>(samples)),
        first(i == 0) {
    std::vector<const nn::Parameter<float>*> parameters;
    layer->append_parameters(parameters);
    for (const auto* parameter : parameters) {
      gradients.emplace_back(parameter->value.rows(), parameter->value.cols());
    }
    forward();
  }

  void forward() { layer->forward(x, y, scratch, nn::Mode::training); }
  void backward() { nn::backward(*layer, x, y, dy, dx, std::span(gradients), scratch); }

  std::unique_ptr<nn::Layer> layer;
  Matrix x, y, dy, dx;
  std::vector<Matrix> gradients;
  nn::Scratch<float> scratch;
  double flop;
  bool first;
};

void report(benchmark::State& state, double flop, double values) {
  state.SetItemsProcessed(state.iterations() * samples);
  report_work(state, {flop, values * sizeof(float)}, 1);
}

}  // namespace

void register_layers(const Settings&) {
  for (const ReferenceNetwork& reference : reference_networks()) {
    const auto network = std::make_shared<const nn::Network>(reference.make({28, 28, 1}, reference.classes, 1));
    for (Index i = 0; i < network->size(); ++i) {
      const std::string name =
          "layer/" + reference.name + "/" + std::to_string(i) + "_" + std::string(network->layer(i).kind());
      const auto in_and_out = [](const Stage& stage) { return static_cast<double>(stage.x.size() + stage.y.size()); };
      benchmark::RegisterBenchmark((name + "/forward").c_str(), [=](benchmark::State& state) {
        Stage stage(*network, i);
        for (auto _ : state) stage.forward();
        report(state, stage.flop, in_and_out(stage));
      })->Unit(benchmark::kMicrosecond);
      benchmark::RegisterBenchmark((name + "/backward").c_str(), [=](benchmark::State& state) {
        Stage stage(*network, i);
        for (auto _ : state) stage.backward();
        // Reads x and dy, writes dx.
        report(state, stage.flop * (stage.first ? 1 : 2), in_and_out(stage) + static_cast<double>(stage.dx.size()));
      })->Unit(benchmark::kMicrosecond);
    }
  }
}

}  // namespace inkling::bench
