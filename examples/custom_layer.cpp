// A layer of one's own, written outside the library: defined, checked, trained, saved and loaded.
//
//     inkling-custom-layer [epochs]

#include <inkling/data/dataset.hpp>
#include <inkling/data/sample.hpp>
#include <inkling/io/model/model_file.hpp>
#include <inkling/model/metrics.hpp>
#include <inkling/nn/layer_list.hpp>
#include <inkling/nn/layer_registry.hpp>
#include <inkling/nn/network.hpp>
#include <inkling/nn/network_classifier.hpp>
#include <inkling/nn/training/gradient_check.hpp>
#include <inkling/nn/training/trainer.hpp>
#include <inkling/nn/zoo.hpp>

#include <exception>
#include <iostream>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

using namespace inkling;

/// Swish, y = x * sigmoid(beta * x), whose steepness beta is learned (Ramachandran, Zoph and Le 2017,
/// arXiv:1710.05941). Written for any scalar: training uses float, the gradient check double.
template <typename S>
class BasicSwish final : public nn::BasicTrainableLayer<S> {
 public:
  static BasicSwish from_options(const StageOptions&) { return {}; }

  std::string_view kind() const noexcept override { return "swish"; }
  std::unique_ptr<nn::BasicLayer<S>> clone() const override { return std::make_unique<BasicSwish>(*this); }

  Shape build(const Shape& in, Rng&) override {
    // Role::offset: learned, but not drawn towards 0 by weight decay.
    this->parameters_ = {{"beta", nn::Role::offset, {1}, MatrixOf<S>::Ones(1, 1)}};
    return in;
  }

  void forward(const ConstMatrixRef<S>& x, MatrixRef<S> y, nn::Scratch<S>&, nn::Mode) const override {
    y = x.array() * sigmoid(x);
  }

  void backward(const ConstMatrixRef<S>& x, const ConstMatrixRef<S>&, const ConstMatrixRef<S>& dy, MatrixRef<S> dx,
                std::span<MatrixOf<S>> gradients, nn::Scratch<S>& scratch) const override {
    auto s = scratch.buffers[0].matrix(x.rows(), x.cols()).array();
    s = sigmoid(x);
    // dy/dbeta = x^2 s (1 - s)
    gradients[0](0, 0) = (dy.array() * x.array().square() * s * (1 - s)).sum();
    // dy/dx = s + beta x s (1 - s)
    if (dx.cols() > 0) dx = dy.array() * (s + beta() * x.array() * s * (1 - s));
  }

 private:
  S beta() const { return this->parameters_[0].value(0, 0); }
  auto sigmoid(const ConstMatrixRef<S>& x) const { return (beta() * x.array()).logistic(); }
};

void check_gradients() {
  nn::BasicNetwork<double> network({.height = 3, .width = 3, .channels = 2}, /*seed=*/1);
  network.add(BasicSwish<double>()).add(nn::BasicFlatten<double>()).add(nn::BasicDense<double>({.units = 4}));
  Rng rng(1);
  MatrixOf<double> x(18, 5);  // inputs x samples
  for (double& value : x.reshaped()) value = static_cast<double>(rng.normal());
  const nn::GradientCheckResult result = nn::check_gradients(network, x);
  if (!result.passed()) throw Error("the gradient of the layer is wrong at " + result.where);
  std::cout << "gradients are right" << std::endl;
}

nn::Network small_network(const Dataset& data) {
  nn::Network network(data.image_shape(), /*seed=*/1);
  network.add(nn::Flatten())
      .add(nn::Dense({.units = 64}))
      .add(BasicSwish<float>())
      .add(nn::Dense({.units = data.num_classes()}));
  return network;
}

int main(int argc, char** argv) try {
  check_gradients();

  const auto [train, test] = load_sample(INKLING_SAMPLE_FOLDER);
  const nn::NetworkOptions options{.epochs = argc > 1 ? std::stol(argv[1]) : 3};
  const nn::NetworkClassifier model = nn::fit_network(small_network(train), train, options);
  const std::vector<Label> predicted = model.predict(test.pixels());
  std::cout << "accuracy " << accuracy(test.labels(), predicted) << ", learned beta "
            << model.network().layer(2).parameters()[0].value(0, 0) << std::endl;

  save_model(model, "swish.safetensors", {.trained_on = "MNIST sample"});
  nn::LayerRegistry registry = nn::LayerRegistry::standard();
  registry.add<BasicSwish<float>>("swish");  // without this line, loading fails with: unknown layer "swish"
  const bool same = load_model("swish.safetensors", registry)->predict(test.pixels()) == predicted;
  std::cout << "the loaded model predicts " << (same ? "the same" : "something else") << std::endl;
  return same ? 0 : 1;
} catch (const std::exception& error) {
  std::cerr << "custom_layer: " << error.what() << std::endl;
  return 1;
}
