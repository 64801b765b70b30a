// Trains a small network to read digits, measures it, saves it and loads it again.
//
//     inkling-quickstart [folder with MNIST]

#include <inkling/data/emnist.hpp>
#include <inkling/data/sample.hpp>
#include <inkling/io/model/model_file.hpp>
#include <inkling/model/confusion_matrix.hpp>
#include <inkling/nn/training/trainer.hpp>
#include <inkling/nn/zoo.hpp>

#include <exception>
#include <iostream>
#include <utility>

using namespace inkling;

std::pair<Dataset, Dataset> load(int argc, char** argv) {
  if (argc < 2) return load_sample(INKLING_SAMPLE_FOLDER);
  return {load_emnist(argv[1], Split::mnist, Part::train), load_emnist(argv[1], Split::mnist, Part::test)};
}

Flow show(const Progress& progress) {
  std::clog << "epoch " << progress.step << " of " << progress.steps << ": loss " << *progress.loss << std::endl;
  return Flow::go_on;  // Flow::stop would end the training here
}

int main(int argc, char** argv) try {
  const auto [train, test] = load(argc, argv);

  // Layers know what comes before them; one that does not fit throws here, with its number.
  nn::Network network(train.image_shape(), /*seed=*/1);
  network.add(nn::Conv2d({.filters = 16}))
      .add(nn::Relu())
      .add(nn::MaxPool2d({.window = 2}))
      .add(nn::Conv2d({.filters = 32}))
      .add(nn::Relu())
      .add(nn::MaxPool2d({.window = 2}))
      .add(nn::Flatten())
      .add(nn::Dense({.units = train.num_classes()}));

  const nn::NetworkClassifier model = nn::fit_network(
      std::move(network), train, {.optimizer = nn::AdamW{.learning_rate = 2e-3}, .epochs = 3, .on_progress = show});

  const std::vector<Label> predicted = model.predict(test.pixels());
  const ConfusionMatrix confusion(test.labels(), predicted, test.num_classes());
  std::cout << "accuracy " << confusion.accuracy() << ", macro F1 " << confusion.macro_f1() << std::endl;

  save_model(model, "quickstart.safetensors", {.trained_on = "MNIST"});
  const auto loaded = load_model("quickstart.safetensors");  // checks the file, and that it still computes the same
  const bool same = loaded->predict(test.pixels()) == predicted;
  std::cout << "the loaded model predicts " << (same ? "the same" : "something else") << std::endl;
  return same ? 0 : 1;
} catch (const std::exception& error) {
  std::cerr << "quickstart: " << error.what() << std::endl;
  return 1;
}
