#include <inkling/core/error.hpp>
#include <inkling/data/dataset.hpp>
#include <inkling/data/sample.hpp>
#include <inkling/nn/layer_list.hpp>
#include <inkling/nn/network.hpp>
#include <inkling/nn/network_classifier.hpp>
#include <inkling/nn/training/optimizer.hpp>
#include <inkling/nn/training/trainer.hpp>
#include <inkling/nn/zoo.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <limits>
#include <optional>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

#include "nn/stripes.hpp"
#include "same_weights.hpp"

using namespace inkling;
using namespace inkling::nn;
using namespace inkling::test;

namespace {

/// The same images under labels that have nothing to do with them.
Dataset with_random_labels(const Dataset& data, std::uint64_t seed) {
  Rng rng(seed);
  std::vector<Label> labels(static_cast<std::size_t>(data.size()));
  for (Label& label : labels) label = static_cast<Label>(rng.below(static_cast<std::uint32_t>(data.num_classes())));
  return Dataset(data.image_shape(), data.pixels(), labels, data.class_names());
}

double accuracy(const NetworkClassifier& classifier, const Dataset& data) {
  const auto predicted = classifier.predict(data.pixels());
  Index correct = 0;
  for (Index i = 0; i < data.size(); ++i) correct += predicted[static_cast<std::size_t>(i)] == data.label(i) ? 1 : 0;
  return static_cast<double>(correct) / static_cast<double>(data.size());
}

}  // namespace

TEST_CASE("the same seed gives the same bits for any number of threads") {
  const Dataset train = stripes(103, 1);  // batches of 25 and 26, micro-batches of 6 and 7
  for (const Optimizer& optimizer : {Optimizer(AdamW{}), Optimizer(Sgd{.weight_decay = 1e-3})}) {
    NetworkOptions options = every_option();
    options.optimizer = optimizer;
    options.validation = stripes(70, 2);
    std::vector<Progress> expected;
    options.on_progress = [&](const Progress& progress) {
      expected.push_back(progress);
      return Flow::go_on;
    };
    const auto alone = fit_network(small_network(), train, options);
    for (const int threads : {2, 3, 8}) {
      CAPTURE(threads);
      options.threads = threads;
      std::size_t calls = 0;
      options.on_progress = same_as(expected, calls);
      CHECK(same_weights(fit_network(small_network(), train, options).network(), alone.network()));
      CHECK(calls == 4);
    }
  }
}

TEST_CASE("another seed gives other weights, through the order, dropout and augmentation alone") {
  const Dataset train = stripes(60, 1);
  const auto trained = [&](std::uint64_t seed, auto change) {
    NetworkOptions options = every_option();
    options.epochs = 1;
    options.seed = seed;
    Network network = linear_network();
    change(options, network);
    return fit_network(network, train, options);
  };
  const auto differ = [&](auto change) {
    CHECK(same_weights(trained(1, change).network(), trained(1, change).network()));
    return !same_weights(trained(1, change).network(), trained(2, change).network());
  };
  CHECK(differ([](NetworkOptions& options, Network&) { options.augment = nullptr; }));  // the order
  // One batch and one micro-batch of one sample leave no order.
  const auto first = [](NetworkOptions& options, Network&) { options.batch = options.micro_batch = 60; };
  CHECK(differ(first));
}

TEST_CASE("a run that is cut and resumed gives the bits of one that is not") {
  const Dataset train = stripes(103, 1);
  for (const Optimizer& optimizer : {Optimizer(AdamW{}), Optimizer(Sgd{})}) {
    NetworkOptions options = every_option();
    options.optimizer = optimizer;
    options.validation = stripes(40, 2);
    std::vector<TrainingState> states;
    options.on_checkpoint = [&](const TrainingState& state) { states.push_back(state); };
    const auto whole = fit_network(small_network(), train, options);
    REQUIRE(states.size() == 4);
    options.on_checkpoint = {};
    options.threads = 3;
    for (const TrainingState& state : std::vector(states)) {
      CAPTURE(state.epoch);
      Index next = state.epoch;
      options.on_progress = [&](const Progress& progress) {
        CHECK(progress.step == ++next);
        return Flow::go_on;
      };
      CHECK(same_weights(fit_network(state, train, options).network(), whole.network()));
      CHECK(next == 4);
    }
  }
}

TEST_CASE("a run that is stopped after any batch and resumed gives the bits of one that is not") {
  const Dataset data = stripes(50, 3);
  NetworkOptions options = every_option();
  options.batch = 16;
  options.epochs = 2;
  options.validation = stripes(20, 4);
  std::vector<double> losses;
  options.on_progress = [&](const Progress& progress) {
    losses.push_back(*progress.loss);
    return Flow::go_on;
  };
  const auto whole = fit_network(small_network(), data, options);
  const std::vector<double> expected = std::exchange(losses, {});
  for (int batches = 1; batches < 8; ++batches) {  // of four in an epoch
    CAPTURE(batches);
    losses.clear();
    std::optional<TrainingState> last;
    NetworkOptions first = options;
    first.stop = [left = batches]() mutable { return --left == 0; };
    first.on_checkpoint = [&](const TrainingState& state) { last = state; };
    fit_network(small_network(), data, first);
    const auto resumed = fit_network(*last, data, options);
    CHECK(same_weights(resumed.network(), whole.network()));
    CHECK(losses == expected);
  }
  CHECK_THROWS_AS(fit_network(TrainingState{.network = small_network(), .batch = 5}, data, options), ValueError);
}

TEST_CASE("progress tells what was reached, and checkpoints come before it") {
  const Dataset train = stripes(64, 1);
  Index checkpoints = 0;
  Index epochs = 0;
  double seconds = 0;
  fit_network(small_network(), train,
              {.epochs = 3,
               .batch = 16,
               .threads = 1,
               .on_progress =
                   [&](const Progress& progress) {
                     ++epochs;
                     CHECK(progress.step == epochs);
                     CHECK(progress.steps == 3);
                     CHECK(checkpoints == epochs);
                     CHECK(progress.seconds >= seconds);
                     seconds = progress.seconds;
                     CHECK(progress.loss.value() > 0);
                     CHECK(progress.accuracy.value() >= 0);
                     CHECK(progress.accuracy.value() <= 1);
                     CHECK_FALSE(progress.validation_accuracy.has_value());
                     CHECK_FALSE(progress.validation_loss.has_value());
                     return Flow::go_on;
                   },
               .on_checkpoint =
                   [&](const TrainingState& state) {
                     CHECK(state.epoch == ++checkpoints);
                     CHECK(state.optimizer.steps == 4 * checkpoints);
                     CHECK_FALSE(state.best.has_value());
                   }});
  CHECK(epochs == 3);
}

TEST_CASE("the callback stops a run, and what was learned is kept") {
  const Dataset train = stripes(60, 1);
  NetworkOptions options = every_option();
  std::optional<Network> second;
  options.on_checkpoint = [&](const TrainingState& state) { second = state.current(); };
  options.on_progress = [](const Progress& progress) { return progress.step == 2 ? Flow::stop : Flow::go_on; };
  const auto stopped = fit_network(small_network(), train, options);
  REQUIRE(second.has_value());
  CHECK(same_weights(stopped.network(), *second));
  CHECK_FALSE(same_weights(stopped.network(), small_network()));
}

TEST_CASE("an exception of a callback or of the augmentation reaches the caller") {
  NetworkOptions options = every_option();
  options.threads = 2;
  options.on_progress = [](const Progress&) -> Flow { throw std::logic_error("progress"); };
  CHECK_THROWS_WITH_AS(fit_network(small_network(), stripes(60, 1), options), "progress", std::logic_error);
  options.augment = [](std::span<float>, const Shape&, Rng&) { throw std::logic_error("augment"); };
  CHECK_THROWS_WITH_AS(fit_network(small_network(), stripes(60, 1), options), "augment", std::logic_error);
}

TEST_CASE("early stopping waits for `patience` epochs and keeps the weights of the best") {
  // Labels of the validation set that have nothing to do with its images: its accuracy wanders.
  NetworkOptions options = every_option();
  options.epochs = 40;
  options.patience = 3;
  options.validation = with_random_labels(stripes(50, 2), 3);
  std::vector<Network> networks;
  std::vector<double> accuracies;
  options.on_checkpoint = [&](const TrainingState& state) { networks.push_back(state.current()); };
  options.on_progress = [&](const Progress& progress) {
    accuracies.push_back(progress.validation_accuracy.value());
    return Flow::go_on;
  };
  const auto classifier = fit_network(small_network(), stripes(60, 1), options);
  const auto best = std::max_element(accuracies.begin(), accuracies.end());
  const auto best_epoch = best - accuracies.begin();
  CHECK(accuracies.size() < 40);
  CHECK(accuracies.size() == static_cast<std::size_t>(best_epoch) + 1 + 3);
  CHECK(same_weights(classifier.network(), networks[static_cast<std::size_t>(best_epoch)]));
  CHECK(accuracy(classifier, *options.validation) == *best);
}

TEST_CASE("an epoch that is as good as the best is none that patience waits for") {
  Index epochs = 0;
  fit_network(linear_network(), stripes(64, 1),
              {.optimizer = Sgd{.learning_rate = 0},  // nothing changes
               .epochs = 10,
               .validation = stripes(32, 2),
               .patience = 2,
               .on_progress = [&](const Progress&) {
                 ++epochs;
                 return Flow::go_on;
               }});
  CHECK(epochs == 3);
}

TEST_CASE("resuming a run that early stopping ended changes nothing") {
  NetworkOptions options = every_option();
  options.epochs = 40;
  options.patience = 2;
  options.validation = with_random_labels(stripes(50, 2), 3);
  std::optional<TrainingState> last;
  options.on_checkpoint = [&](const TrainingState& state) { last = state; };
  const auto classifier = fit_network(small_network(), stripes(60, 1), options);
  REQUIRE(last->epoch < 40);
  Index more = 0;
  options.on_checkpoint = [&](const TrainingState&) { ++more; };
  const auto resumed = fit_network(*last, stripes(60, 1), options);
  CHECK(more == 0);
  CHECK(same_weights(resumed.network(), classifier.network()));
}

TEST_CASE("a run that goes on without a validation set ends with the last weights") {
  NetworkOptions options = every_option();
  options.epochs = 2;
  options.validation = stripes(50, 2);
  std::optional<TrainingState> last;
  options.on_checkpoint = [&](const TrainingState& state) { last = state; };
  fit_network(small_network(), stripes(60, 1), options);
  REQUIRE(last->best.has_value());
  options.epochs = 3;
  options.validation.reset();
  const auto classifier = fit_network(*last, stripes(60, 1), options);
  CHECK(last->epoch == 3);
  CHECK(same_weights(classifier.network(), last->current()));
}

TEST_CASE("with an average, it is measured and returned, and the network itself goes its way") {
  const Dataset train = stripes(103, 1);
  NetworkOptions options = every_option();
  options.validation = stripes(40, 2);
  std::optional<TrainingState> last;
  options.on_checkpoint = [&](const TrainingState& state) { last = state; };
  double reported = 0;
  options.on_progress = [&](const Progress& progress) {
    reported = progress.validation_accuracy.value();
    return Flow::go_on;
  };
  fit_network(small_network(), train, options);
  REQUIRE(last->average.has_value());
  CHECK_FALSE(same_weights(*last->average, last->network));
  CHECK(accuracy(NetworkClassifier(*last->average, train.class_names()), *options.validation) == reported);

  const Network with_average = last->network;
  options.average = 0;
  fit_network(small_network(), train, options);
  CHECK_FALSE(last->average.has_value());
  CHECK(same_weights(last->network, with_average));
}

TEST_CASE("augmentation changes each use of an image and never the data") {
  const Dataset train = stripes(20, 1);
  const Pixels before = train.pixels();
  std::vector<std::uint32_t> numbers;
  NetworkOptions options = every_option();
  options.epochs = 2;
  options.augment = [&](std::span<float> image, const Shape& shape, Rng& rng) {
    CHECK(image.size() == 36);
    CHECK(shape == Shape{6, 6, 1});
    CHECK(*std::max_element(image.begin(), image.end()) <= 1);
    numbers.push_back(rng.next());
    std::fill(image.begin(), image.end(), 0.5F);
  };
  fit_network(small_network(), train, options);
  CHECK(train.pixels() == before);
  CHECK(numbers.size() == 40);
  std::sort(numbers.begin(), numbers.end());
  CHECK(std::adjacent_find(numbers.begin(), numbers.end()) == numbers.end());
}

TEST_CASE("augmentation ends with its share of the epochs") {
  const Dataset train = stripes(20, 1);
  Index uses = 0;
  NetworkOptions options = every_option();
  options.epochs = 3;
  options.threads = 1;
  options.augment = [&](std::span<float>, const Shape&, Rng&) { ++uses; };
  std::vector<Index> after_epoch;
  options.on_progress = [&](const Progress&) {
    after_epoch.push_back(uses);
    return Flow::go_on;
  };
  SUBCASE("half of three, which the second epoch begins in") {
    options.augment_until = 0.5;
    fit_network(small_network(), train, options);
    CHECK(after_epoch == std::vector<Index>{20, 40, 40});
  }
  SUBCASE("none") {
    options.augment_until = 0;
    fit_network(small_network(), train, options);
    CHECK(after_epoch == std::vector<Index>{0, 0, 0});
  }
  SUBCASE("the first half, and another one after it") {
    Index later = 0;
    options.augment_until = 0.5;
    options.augment_after = [&](std::span<float>, const Shape&, Rng&) { ++later; };
    fit_network(small_network(), train, options);
    CHECK(after_epoch == std::vector<Index>{20, 40, 40});
    CHECK(later == 20);
  }
}

TEST_CASE("errors name what is wrong") {
  const Dataset train = stripes(40, 1);
  const auto fit = [&](NetworkOptions options, const Dataset& data, const Network& network) {
    options.threads = 1;
    fit_network(network, data, options);
  };
  CHECK_THROWS_WITH_AS(fit({}, train.take(0), small_network()), "fit_network: the training set is empty", ValueError);
  CHECK_THROWS_AS(fit({.epochs = 0}, train, small_network()), ValueError);
  CHECK_THROWS_AS(fit({.batch = 0}, train, small_network()), ValueError);
  CHECK_THROWS_AS(fit({.micro_batch = 0}, train, small_network()), ValueError);
  CHECK_THROWS_AS(fit({.label_smoothing = 1}, train, small_network()), ValueError);
  CHECK_THROWS_AS(fit({.label_smoothing = -0.1}, train, small_network()), ValueError);
  CHECK_THROWS_AS(fit({.augment_until = 1.5}, train, small_network()), ValueError);
  CHECK_THROWS_AS(fit({.average = 1}, train, small_network()), ValueError);
  CHECK_THROWS_AS(fit({.average = -0.1}, train, small_network()), ValueError);
  CHECK_THROWS_WITH_AS(fit({.patience = 2}, train, small_network()),
                       doctest::Contains("NetworkOptions::patience: it needs a validation set"), ValueError);
  CHECK_THROWS_AS(fit({.validation = train.take(0)}, train, small_network()), ValueError);

  const Dataset larger({7, 6, 1}, Pixels::Zero(42, 3), {0, 1, 2}, {"a", "b", "c", "d"});
  CHECK_THROWS_WITH_AS(fit({}, larger, small_network()), doctest::Contains("images of 6x6x1, the data are 7x6x1"),
                       ShapeError);
  CHECK_THROWS_AS(fit({.validation = larger}, train, small_network()), ShapeError);
  const Dataset more_classes({6, 6, 1}, Pixels::Zero(36, 3), {0, 1, 4}, {"a", "b", "c", "d", "e"});
  CHECK_THROWS_WITH_AS(fit({}, more_classes, small_network()), doctest::Contains("5 classes"), ShapeError);
}

TEST_CASE("a loss or weight that is not finite any more is an error that names epoch and batch") {
  const Dataset train = stripes(64, 1);
  // Each step multiplies the weights by a million: 4 batches an epoch, and the largest float is 3e38.
  CHECK_THROWS_WITH_AS(
      fit_network(linear_network(), train,
                  {.optimizer = Sgd{.learning_rate = 1000, .momentum = 0, .weight_decay = 1000}, .batch = 16}),
      doctest::Contains("not finite in epoch 2, batch"), Error);
}

TEST_CASE("a weight that is not finite is seen where a ReLU hides it from the loss") {
  const Dataset train = stripes(64, 1);
  Network network({6, 6, 1}, 3);
  network.add(Flatten()).add(Dense({.units = 8})).add(Relu()).add(Dense({.units = 4}));
  SUBCASE("before the first step") {
    network.parameters()[0]->value(2, 3) = std::numeric_limits<float>::quiet_NaN();
    CHECK_THROWS_WITH_AS(fit_network(network, train), doctest::Contains("parameter 1.weight"), ValueError);
  }
  SUBCASE("made by the data") {
    const auto spoil = [](std::span<float> image, const Shape&, Rng& rng) {
      if (rng.below(40) == 0) image[7] = std::numeric_limits<float>::quiet_NaN();
    };
    CHECK_THROWS_WITH_AS(fit_network(network, train, {.augment = spoil}), doctest::Contains("NetworkOptions::augment"),
                         Error);
  }
  SUBCASE("made by the last step") {
    network.parameters()[0]->value.setConstant(-3e38F);  // the ReLU puts out nothing, so only the decay moves it
    CHECK_THROWS_WITH_AS(
        fit_network(
            network, train,
            {.optimizer = Sgd{.learning_rate = 1000, .momentum = 0, .weight_decay = 1000}, .epochs = 1, .batch = 64}),
        doctest::Contains("parameter 1.weight is not finite in epoch 1, batch 1"), Error);
  }
}

TEST_CASE("micro-batches of one image are refused where batch norm would make nothing of them") {
  const Dataset train = stripes(40, 1);
  const auto fit = [&](Index images, Index batch, Index micro_batch, const Network& network) {
    fit_network(network, train.take(images), {.epochs = 1, .batch = batch, .micro_batch = micro_batch, .threads = 1});
  };
  CHECK_THROWS_WITH_AS(fit(40, 8, 1, small_network()), doctest::Contains("NetworkOptions::micro_batch"), ValueError);
  CHECK_THROWS_AS(fit(40, 1, 32, small_network()), ValueError);
  CHECK_THROWS_AS(fit(5, 2, 2, small_network()), ValueError);  // batches of 1, 2 and 2
  CHECK_THROWS_AS(fit(1, 8, 8, small_network()), ValueError);
  CHECK_NOTHROW(fit(6, 2, 2, small_network()));
  CHECK_NOTHROW(fit(5, 2, 1, linear_network()));
}

TEST_CASE("a schedule that is none, or gives no rate, is refused") {
  const Dataset train = stripes(40, 1);
  CHECK_THROWS_WITH_AS(fit_network(linear_network(), train, {.schedule = {}}),
                       doctest::Contains("NetworkOptions::schedule"), ValueError);
  for (const double factor : {-1.0, std::nan("")}) {
    CHECK_THROWS_AS(fit_network(linear_network(), train, {.schedule = [=](double) { return factor; }}), ValueError);
  }
}

TEST_CASE("after a short run the running statistics are those of the data") {
  const Dataset train = stripes(256, 1);
  const Dataset test = stripes(400, 2);
  Network network({6, 6, 1}, 3);
  network.add(Flatten()).add(Dense({.units = 24})).add(BatchNorm()).add(Relu()).add(Dense({.units = 4}));
  const NetworkClassifier model =
      fit_network(network, train, {.optimizer = AdamW{.learning_rate = 5e-3}, .epochs = 2, .threads = 1});
  Workspace workspace;
  Matrix x(36, test.size());
  for (Index i = 0; i < test.size(); ++i) to_unit_range(test.image(i).data(), 36, x.col(i).data());
  const Matrix by_batch = model.network().forward(x, workspace, Mode::training);
  const std::vector<Label> best = best_classes(by_batch);
  Index right = 0;
  for (Index i = 0; i < test.size(); ++i) right += best[static_cast<std::size_t>(i)] == test.label(i) ? 1 : 0;
  CHECK(accuracy(model, test) > static_cast<double>(right) / static_cast<double>(test.size()) - 0.03);
}

TEST_CASE("a network learns stripes") {
  const auto classifier = fit_network(
      small_network(), stripes(400, 1),
      {.optimizer = AdamW{.learning_rate = 0.01}, .schedule = one_cycle(), .epochs = 8, .batch = 32, .threads = 2});
  CHECK(accuracy(classifier, stripes(300, 2)) >= 0.97);
}

TEST_CASE("a small network learns digits from the sample that comes with the project") {
  const auto folder = std::filesystem::path(INKLING_SOURCE_DIR) / "data";
  const auto [train, test] = load_sample(folder);
  Network network({28, 28, 1}, 1);
  network.add(Conv2d({.filters = 8, .kernel = 5, .stride = 2}))
      .add(BatchNorm())
      .add(Relu())
      .add(MaxPool2d({.window = 2}))
      .add(Flatten())
      .add(Dense({.units = 10, .initialisation = Initialisation::glorot}));
  const auto classifier = fit_network(
      network, train.take(3000),
      {.optimizer = AdamW{.learning_rate = 0.01}, .schedule = one_cycle(), .epochs = 4, .batch = 32, .threads = 2});
  const double reached = accuracy(classifier, test.take(1000));
  CAPTURE(reached);
  CHECK(reached >= 0.92);
}
