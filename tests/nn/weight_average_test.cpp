#include <inkling/nn/layer_list.hpp>
#include <inkling/nn/layers/dense.hpp>
#include <inkling/nn/network.hpp>
#include <inkling/nn/training/weight_average.hpp>

#include <doctest/doctest.h>

#include <cmath>

using namespace inkling;
using namespace inkling::nn;

namespace {

/// A network whose weights are all `value`.
BasicNetwork<double> constant_network(double value) {
  BasicNetwork<double> network({1, 1, 3});
  network.add(BasicDense<double>({.units = 2}));
  for (Parameter<double>* parameter : network.parameters()) parameter->value.setConstant(value);
  return network;
}

bool all_close_to(const BasicNetwork<double>& network, double value) {
  for (const Parameter<double>* parameter : network.parameters()) {
    if (!((parameter->value.array() - value).abs() < 1e-12).all()) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("an average moves towards the network by 1 - decay") {
  BasicNetwork<double> average = constant_network(1);
  update_average(constant_network(3), 1'000'000, 0.75, average, 1);
  CHECK(all_close_to(average, 1.5));
}

TEST_CASE("an average of few steps forgets its beginning, whatever the decay") {
  BasicNetwork<double> average = constant_network(1);
  update_average(constant_network(2), 0, 0.9999, average, 1);  // kept: (1 + 0) / (10 + 0)
  CHECK(all_close_to(average, 1.9));
  update_average(constant_network(2), 8, 0.9999, average, 2);  // kept: 9 / 18
  CHECK(all_close_to(average, 1.95));
}

TEST_CASE("an average of a network that stands still comes to it") {
  BasicNetwork<double> average = constant_network(0);
  for (Index step = 1; step <= 3000; ++step) update_average(constant_network(5), step, 0.99, average, 1);
  CHECK(all_close_to(average, 5));
}
