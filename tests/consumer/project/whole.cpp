#include <inkling/inkling.hpp>

#include <exception>
#include <filesystem>
#include <iostream>

inkling::Dataset two_classes(inkling::Index samples);

namespace {

/// Whether the model is right about every image, and still is after it went through a file.
bool learned(const inkling::Classifier& model, const inkling::Dataset& test) {
  const std::filesystem::path file = std::string(model.kind()) + ".safetensors";
  inkling::save_model(model, file);
  const auto loaded = inkling::load_model(file);
  std::filesystem::remove(file);
  const double share = inkling::accuracy(test.labels(), loaded->predict(test.pixels()));
  std::cout << model.kind() << ' ' << share << '\n';
  return share == 1 && loaded->scores(test.pixels()) == model.scores(test.pixels());
}

}  // namespace

int main() try {
  using namespace inkling;
  const auto [train, test] = two_classes(80).stratified_split(0.25, 1);

  nn::Network network(train.image_shape());
  network.add(nn::Flatten())
      .add(nn::Dense({.units = 8}))
      .add(nn::Relu())
      .add(nn::Dense({.units = train.num_classes()}));
  const auto classifier = nn::fit_network(std::move(network), train, {.optimizer = nn::Sgd{}, .epochs = 30});
  const auto svm = fit_svm(train);
  const auto forest = fit_forest(train, {.trees = 10});

  return learned(classifier, test) && learned(svm, test) && learned(forest, test) ? 0 : 1;
} catch (const std::exception& error) {
  std::cerr << "consumer: " << error.what() << '\n';
  return 1;
}
