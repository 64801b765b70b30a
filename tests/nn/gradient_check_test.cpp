#include <inkling/nn/kernels/tile.hpp>
#include <inkling/nn/layer_list.hpp>
#include <inkling/nn/layers/depthwise_conv2d.hpp>
#include <inkling/nn/layers/global_average_pool.hpp>
#include <inkling/nn/layers/residual.hpp>
#include <inkling/nn/layers/sigmoid.hpp>
#include <inkling/nn/layers/squeeze_excite.hpp>
#include <inkling/nn/network.hpp>
#include <inkling/nn/training/gradient_check.hpp>
#include <inkling/nn/zoo.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "random_matrix.hpp"

using namespace inkling;
using namespace inkling::nn;
using inkling::test::random_matrix;

namespace {

using Net = BasicNetwork<double>;
using Conv = BasicConv2d<double>;
using MaxPool = BasicMaxPool2d<double>;
using Full = BasicDense<double>;
using Norm = BasicBatchNorm<double>;
using Positive = BasicRelu<double>;
using Flat = BasicFlatten<double>;
using Drop = BasicDropout<double>;
using Average = BasicGlobalAveragePool<double>;
using Block = BasicResidual<double>;
using Depthwise = BasicDepthwiseConv2d<double>;
using Excite = BasicSqueezeExcite<double>;
using Logistic = BasicSigmoid<double>;

/// Biases, scales and shifts start at 0 and 1, where a backward pass that forgets them would go unnoticed.
Net stirred(Net network) {
  std::uint64_t seed = 100;
  for (auto* parameter : network.parameters()) {
    if (parameter->role == Role::offset) {
      parameter->value += random_matrix<double>(parameter->value.rows(), parameter->value.cols(), seed++);
    }
  }
  return network;
}

void check(const Net& network, Index samples, const GradientCheckOptions& options = {}) {
  const auto result =
      check_gradients(stirred(network), random_matrix<double>(network.input_shape().size(), samples, 7), options);
  CAPTURE(result.worst);
  CAPTURE(result.where);
  CHECK(result.passed());
}

template <typename L>
Net one(Shape in, L layer) {
  Net network(in, 3);
  network.add(std::move(layer));
  return network;
}

enum class Fault {
  none,
  forgets_input,
  adds_to_input,
  turns_input_sign,
  forgets_weight,
  adds_to_weight,
  turns_weight_sign,
  forgets_a_sample,
};

/// y = weight * x, value by value, whose backward has one fault.
class Scale final : public BasicTrainableLayer<double> {
 public:
  explicit Scale(Fault fault) : fault_(fault) {}
  std::string_view kind() const noexcept override { return "scale"; }
  Shape build(const Shape& in, Rng& rng) override {
    MatrixOf<double> weight(in.size(), 1);
    for (double& value : weight.reshaped()) value = 1 + static_cast<double>(rng.uniform());
    parameters_ = {{"weight", Role::weight, {in.size()}, weight}};
    return in;
  }
  void forward(const ConstMatrixRef<double>& x, MatrixRef<double> y, Scratch<double>&, Mode) const override {
    y = weight().asDiagonal() * x;
  }
  void backward(const ConstMatrixRef<double>& x, const ConstMatrixRef<double>&, const ConstMatrixRef<double>& dy,
                MatrixRef<double> dx, std::span<MatrixOf<double>> gradients, Scratch<double>&) const override {
    const Index counted = fault_ == Fault::forgets_a_sample ? x.cols() - 1 : x.cols();
    const MatrixOf<double> dweight = dy.cwiseProduct(x).leftCols(counted).rowwise().sum();
    const MatrixOf<double> dinput = weight().asDiagonal() * dy;
    switch (fault_) {
      case Fault::forgets_weight:
        gradients[0].bottomRows(dweight.rows() - 1) = dweight.bottomRows(dweight.rows() - 1);
        break;
      case Fault::adds_to_weight:
        gradients[0] += dweight;
        break;
      case Fault::turns_weight_sign:
        gradients[0] = -dweight;
        break;
      default:
        gradients[0] = dweight;
    }
    if (dx.cols() == 0) return;
    switch (fault_) {
      case Fault::forgets_input:
        dx.bottomRows(dx.rows() - 1) = dinput.bottomRows(dx.rows() - 1);
        break;
      case Fault::adds_to_input:
        dx += dinput;
        break;
      case Fault::turns_input_sign:
        dx = -dinput;
        break;
      default:
        dx = dinput;
    }
  }
  std::unique_ptr<BasicLayer<double>> clone() const override { return std::make_unique<Scale>(*this); }

 private:
  VectorOf<double> weight() const { return parameters_[0].value.col(0); }
  Fault fault_;
};

Net scale_between_layers(Fault fault) {
  Net network({1, 1, 4}, 3);
  network.add(Full({.units = 5})).add(Scale(fault)).add(Full({.units = 3}));
  return network;
}

const std::vector<Fault> faults{Fault::forgets_input,   Fault::adds_to_input,  Fault::turns_input_sign,
                                Fault::forgets_weight,  Fault::adds_to_weight, Fault::turns_weight_sign,
                                Fault::forgets_a_sample};

}  // namespace

TEST_CASE("the gradient check passes a right layer and finds every fault of a wrong one") {
  const MatrixOf<double> x = random_matrix<double>(4, 3, 7);
  CHECK(check_gradients(one({1, 1, 4}, Scale(Fault::none)), x).passed());
  CHECK(check_gradients(scale_between_layers(Fault::none), x).passed());
  for (const Fault fault : faults) {
    CAPTURE(static_cast<int>(fault));
    CHECK_FALSE(check_gradients(one({1, 1, 4}, Scale(fault)), x).passed());
    CHECK_FALSE(check_gradients(scale_between_layers(fault), x).passed());
  }
}

TEST_CASE("the gradient check names the worst entry") {
  const auto result = check_gradients(one({1, 1, 4}, Scale(Fault::forgets_weight)), random_matrix<double>(4, 3, 7));
  CHECK(result.where.starts_with("0.weight[0]: nan against "));
}

TEST_CASE("gradients of Dense") {
  check(one({1, 1, 7}, Full({.units = 5})), 3);
  check(one({1, 1, 1}, Full({.units = 1})), 1);
  check(one({1, 1, 40}, Full({.units = 19, .initialisation = Initialisation::glorot})), 14);
}

TEST_CASE("gradients of Conv2d") {
  for (const Padding padding : {Padding::valid, Padding::same}) {
    for (const Index stride : {1, 2, 3}) {
      for (const Index kernel : {1, 2, 3, 4, 5}) {
        for (const bool bias : {true, false}) {
          CAPTURE(to_string(padding));
          CAPTURE(stride);
          CAPTURE(kernel);
          CAPTURE(bias);
          check(one({6, 5, 2},
                    Conv({.filters = 3, .kernel = kernel, .stride = stride, .padding = padding, .bias = bias})),
                2);
        }
      }
    }
  }
}

TEST_CASE("gradients of Conv2d with more filters than a register tile holds, and with a kernel larger than the image") {
  check(one({4, 3, 1}, Conv({.filters = 2 * kernels::tile_rows<double> + 1, .kernel = 3})), 2);
  check(one({3, 4, kernels::tile_rows<double> + 1}, Conv({.filters = 2, .padding = Padding::same})), 1);
  check(one({3, 4, 1}, Conv({.filters = 2, .kernel = 5, .padding = Padding::same})), 2);
}

TEST_CASE("gradients of MaxPool2d") {
  check(one({4, 6, 3}, MaxPool({.window = 2})), 2);
  check(one({5, 7, 2}, MaxPool({.window = 2})), 2);               // the last row and column are left out
  check(one({7, 6, 2}, MaxPool({.window = 3, .stride = 2})), 2);  // windows overlap
  check(one({5, 5, 1}, MaxPool({.window = 3, .stride = 1})), 2);
  check(one({7, 7, 2}, MaxPool({.window = 2, .stride = 3})), 2);  // pixels between the windows
}

TEST_CASE("gradients of Relu, Flatten and Dropout") {
  check(one({2, 3, 4}, Positive()), 5);
  check(one({2, 3, 4}, Flat()), 5);
  check(one({2, 3, 4}, Drop({.rate = 0.4})), 5);
  check(one({2, 3, 4}, Drop({.rate = 0})), 5);
}

TEST_CASE("gradients of BatchNorm") {
  check(one({1, 1, 6}, Norm()), 8);
  check(one({3, 2, 5}, Norm()), 4);
  check(one({3, 2, 2}, Norm({.epsilon = 0.1})), 1);
  check(one({3, 2, 19}, Norm()), 2);
}

TEST_CASE("gradients of GlobalAveragePool") {
  check(one({4, 3, 5}, Average()), 3);
  check(one({1, 1, 4}, Average()), 2);
}

TEST_CASE("gradients of DepthwiseConv2d") {
  for (const Padding padding : {Padding::valid, Padding::same}) {
    for (const Index stride : {1, 2, 3}) {
      for (const Index kernel : {1, 2, 3, 5}) {
        CAPTURE(to_string(padding));
        CAPTURE(stride);
        CAPTURE(kernel);
        check(one({6, 5, 3},
                  Depthwise({.kernel = kernel, .stride = stride, .padding = padding, .bias = kernel % 2 == 0})),
              2);
      }
    }
  }
  check(one({4, 3, 2 * kernels::lanes<double> + 1}, Depthwise({.padding = Padding::same})), 2);
  check(one({3, 4, 2}, Depthwise({.kernel = 7, .padding = Padding::same})), 2);  // larger than the image
}

TEST_CASE("gradients of a 1x1 convolution of many samples") {
  check(one({2, 3, 5}, Conv({.filters = 4, .kernel = 1})), 9);
  check(one({2, 3, 5}, Conv({.filters = 4, .kernel = 1, .stride = 2})), 9);
}

TEST_CASE("gradients of Sigmoid and SqueezeExcite") {
  check(one({2, 3, 4}, Logistic()), 3);
  check(one({3, 2, 5}, Excite({.units = 3})), 4);
  check(one({4, 4, 3}, Block(Conv({.filters = 3, .padding = Padding::same}), Excite({.units = 2}))), 2);
}

TEST_CASE("gradients of Residual") {
  const Conv same({.filters = 3, .padding = Padding::same, .bias = false});
  SUBCASE("with the identity as shortcut") {
    check(one({4, 5, 3}, Block(same, Norm(), Positive(), same, Norm())), 3);
    check(one({4, 5, 3}, Block(same)), 2);
  }
  SUBCASE("with a projection") {
    const Conv halving({.filters = 4, .stride = 2, .padding = Padding::same});
    check(one({5, 6, 3}, Block(halving, Norm(), Positive())), 3);
    check(one({4, 4, 2}, Block(Conv({.filters = 3, .padding = Padding::same}), Drop({.rate = 0.3}))), 3);
    check(one({4, 4, 2}, Block(MaxPool({.window = 2}))), 3);
    check(one({3, 2, 2}, Block(Flat(), Full({.units = 3}))), 3);
  }
  SUBCASE("with a path that begins or ends in place, or needs its output") {
    check(one({4, 4, 3}, Block(Positive(), same)), 2);
    check(one({4, 4, 3}, Block(same, Positive())), 2);
    check(one({4, 4, 3}, Block(Drop({.rate = 0.3}), Positive(), Drop({.rate = 0.3}))), 2);
    check(one({4, 4, 3}, Block(MaxPool({.window = 1}))), 2);
  }
  SUBCASE("of residuals") {
    check(one({4, 4, 3}, Block(same, Block(Norm(), Positive(), same), Positive())), 2);
  }
  SUBCASE("among other layers") {
    Net network({6, 6, 1}, 3);
    network.add(same)
        .add(Positive())
        .add(Block(same, Norm(), Positive(), same))
        .add(Positive())
        .add(Block(Conv({.filters = 4, .stride = 2, .padding = Padding::same})))
        .add(Drop({.rate = 0.3}))
        .add(Positive())
        .add(Average())
        .add(Full({.units = 3}));
    check(network, 3);
  }
}

TEST_CASE("gradients of networks in which layers share memory") {
  const auto build = [](Net network, auto... layers) {
    (network.add(std::move(layers)), ...);
    return network;
  };
  const Net image({6, 6, 2}, 3);
  SUBCASE("layers that work in place, one after another") {
    check(build(image, Positive(), Flat(), Drop({.rate = 0.3}), Positive(), Full({.units = 3})), 3);
    check(build(image, Drop({.rate = 0.3}), Drop({.rate = 0.3}), Positive()), 3);
    check(build(image, Conv({.filters = 3}), Flat(), Positive(), Drop({.rate = 0.3}), Flat()), 3);
  }
  SUBCASE("a layer that works in place after one that needs its output") {
    check(build(image, MaxPool({.window = 2}), Drop({.rate = 0.3}), Flat(), Full({.units = 3})), 3);
    check(build(image, MaxPool({.window = 2}), Positive()), 3);
    check(build(image, Conv({.filters = 3}), Positive(), Drop({.rate = 0.3}), MaxPool({.window = 2})), 3);
  }
  SUBCASE("batch norm between a convolution and a layer that works in place") {
    check(build(image, Conv({.filters = 3, .bias = false}), Norm(), Positive(), MaxPool({.window = 2}), Flat(),
                Full({.units = 4}), Norm(), Drop({.rate = 0.3}), Full({.units = 2})),
          4);
  }
}

TEST_CASE("gradients of the networks of the zoo, made smaller") {
  // Differences of a loss of size 100 carry a rounding error near 1e-16 * 100 / 1e-6 = 1e-8.
  const GradientCheckOptions options{.relative = 1e-5, .absolute = 1e-6};
  const auto sampled = [&](const Net& network, Index samples) { check(network, samples, options); };
  Net lenet_like({8, 8, 1}, 5);
  lenet_like.add(Conv({.filters = 3}))
      .add(Positive())
      .add(Conv({.filters = 4}))
      .add(Positive())
      .add(MaxPool({.window = 2}))
      .add(Drop({.rate = 0.25}))
      .add(Flat())
      .add(Full({.units = 6}))
      .add(Positive())
      .add(Drop({.rate = 0.5}))
      .add(Full({.units = 4, .initialisation = Initialisation::glorot}));
  sampled(lenet_like, 3);
  sampled(vgg<double>({8, 8, 1}, 3, 5, {.width = 2, .dense = 5}), 3);
  Net mlp_like({3, 3, 1}, 5);
  mlp_like.add(Flat())
      .add(Full({.units = 7}))
      .add(Positive())
      .add(Full({.units = 5}))
      .add(Positive())
      .add(Full({.units = 4, .initialisation = Initialisation::glorot}));
  sampled(mlp_like, 4);
}
