#include <inkling/core/collective.hpp>
#include <inkling/core/error.hpp>
#include <inkling/data/dataset.hpp>
#include <inkling/nn/network.hpp>
#include <inkling/nn/training/optimizer.hpp>
#include <inkling/nn/training/trainer.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "nn/stripes.hpp"
#include "same_weights.hpp"
#include "thread_ranks.hpp"

using namespace inkling;
using namespace inkling::nn;
using namespace inkling::test;

TEST_CASE("the same seed gives the same bits for any number of ranks, and a run goes on with another number") {
  const Dataset train = stripes(103, 1);  // batches of 25 and 26, micro-batches of 6 and 7
  NetworkOptions options = every_option();
  options.validation = stripes(150, 2);
  std::vector<Progress> expected;
  std::vector<TrainingState> states;
  options.on_progress = [&](const Progress& progress) {
    expected.push_back(progress);
    return Flow::go_on;
  };
  options.on_checkpoint = [&](const TrainingState& state) { states.push_back(state); };
  const auto alone = fit_network(small_network(), train, options);
  options.on_checkpoint = {};
  for (const int size : {2, 3, 5}) {  // 5: more than micro-batches
    CAPTURE(size);
    ThreadRanks(size).run([&](Collective& ranks, int rank) {
      NetworkOptions together = options;
      together.ranks = &ranks;
      together.threads = 1 + rank % 2;
      std::size_t calls = 0;  // on every rank
      together.on_progress = same_as(expected, calls);
      if (rank == 0) {
        together.on_checkpoint = [&](const TrainingState& state) {
          const TrainingState& other = states[static_cast<std::size_t>(state.epoch) - 1];
          CHECK(same_weights(state.network, other.network));
          CHECK(same_weights(*state.average, *other.average));
          CHECK(state.optimizer.first == other.optimizer.first);
          CHECK(state.optimizer.second == other.optimizer.second);
        };
      }
      CHECK(same_weights(fit_network(small_network(), train, together).network(), alone.network()));
      CHECK(calls == 4);
      CHECK(same_weights(fit_network(states[1], train, together).network(), alone.network()));
      CHECK(calls == 4 + 2);
    });
  }
}

TEST_CASE("one rank that stops stops all, after the same batch") {
  const Dataset train = stripes(50, 3);
  NetworkOptions options = every_option();
  options.batch = 16;  // four in an epoch
  for (const int batches : {1, 3, 4, 6}) {
    CAPTURE(batches);
    std::optional<TrainingState> expected;
    NetworkOptions alone = options;
    alone.stop = [left = batches]() mutable { return --left == 0; };
    alone.on_checkpoint = [&](const TrainingState& state) { expected = state; };
    fit_network(small_network(), train, alone);
    REQUIRE(expected);
    ThreadRanks(3).run([&](Collective& ranks, int rank) {
      NetworkOptions together = options;
      together.ranks = &ranks;
      std::optional<TrainingState> last;
      if (rank == 1) together.stop = [left = batches]() mutable { return --left == 0; };
      together.on_checkpoint = [&](const TrainingState& state) { last = state; };
      fit_network(small_network(), train, together);
      REQUIRE(last);
      CHECK(last->epoch == expected->epoch);
      CHECK(last->batch == expected->batch);
      CHECK(same_weights(last->network, expected->network));
    });
  }
}

TEST_CASE("ranks with other data, options or weights are refused, and one that fails ends all") {
  const auto run = [](const auto& change) {
    ThreadRanks(3).run([&](Collective& ranks, int rank) {
      Dataset train = stripes(40, 3);
      Network network = linear_network();
      NetworkOptions options{.epochs = 1, .threads = 1, .ranks = &ranks};
      if (rank == 2) change(train, network, options);
      fit_network(network, train, options);
    });
  };
  run([](Dataset&, Network&, NetworkOptions&) {});
  const auto message = [&](const auto& change) -> std::string {
    try {
      run(change);
    } catch (const ValueError& error) {
      return error.what();
    }
    return "none";
  };
  CHECK(message([](Dataset& train, Network&, NetworkOptions&) { train = stripes(40, 4); }) ==
        "training together: the training data of rank 2 differ from those of rank 0");
  CHECK(message([](Dataset&, Network&, NetworkOptions& options) { options.seed = 5; }) ==
        "training together: the options of the training of rank 2 differ from those of rank 0");
  CHECK(message([](Dataset&, Network& network, NetworkOptions&) { network.parameters()[0]->value(0) += 1; }) ==
        "training together: the weights and moments to begin with of rank 2 differ from those of rank 0");
  CHECK_THROWS_AS(run([](Dataset&, Network&, NetworkOptions& options) {
                    options.on_progress = [](const Progress&) -> Flow { throw std::logic_error("rank 2"); };
                  }),
                  std::logic_error);
}

TEST_CASE("ranks are refused for any option that differs and decides the bits of a run") {
  const Dataset train = stripes(40, 3);
  const auto nothing = [](std::span<float>, const Shape&, Rng&) {};
  NetworkOptions same{.optimizer = AdamW{}, .epochs = 1, .threads = 1};
  same.class_weights = {1, 2, 1, 1};
  same.validation = stripes(10, 4);
  using Change = std::function<void(NetworkOptions&)>;
  const auto refused = [&](const NetworkOptions& options, const Change& change) {
    try {
      ThreadRanks(2).run([&](Collective& ranks, int rank) {
        NetworkOptions together = options;
        together.ranks = &ranks;
        if (rank == 1) change(together);
        fit_network(linear_network(), train, together);
      });
    } catch (const ValueError& error) {
      return std::string(error.what()).find("the options of the training of rank 1") != std::string::npos;
    }
    return false;
  };
  CHECK_FALSE(refused(same, [](NetworkOptions& options) { options.threads = 2; }));
  const auto adam = [](NetworkOptions& options) -> AdamW& { return std::get<AdamW>(options.optimizer); };
  const std::vector<Change> changes{
      [&](NetworkOptions& options) { adam(options).learning_rate *= 2; },
      [&](NetworkOptions& options) { adam(options).beta1 = 0.8; },
      [&](NetworkOptions& options) { adam(options).beta2 = 0.99; },
      [&](NetworkOptions& options) { adam(options).epsilon *= 2; },
      [&](NetworkOptions& options) { adam(options).weight_decay += 0.25; },
      [](NetworkOptions& options) { options.optimizer = Sgd{}; },
      [](NetworkOptions& options) { options.seed = 2; },
      [](NetworkOptions& options) { options.epochs = 2; },
      [](NetworkOptions& options) { options.batch = 64; },
      [](NetworkOptions& options) { options.micro_batch = 16; },
      [](NetworkOptions& options) { options.patience = 1; },
      [](NetworkOptions& options) { options.label_smoothing = 0.25; },
      [](NetworkOptions& options) { options.average = 0.5; },
      [](NetworkOptions& options) { options.augment_until = 0.5; },
      [](NetworkOptions& options) { options.class_weights[2] = 3; },
      [](NetworkOptions& options) { options.class_weights.clear(); },
      [&](NetworkOptions& options) { options.augment = nothing; },
      [&](NetworkOptions& options) { options.augment_after = nothing; },
      [](NetworkOptions& options) { options.validation = stripes(10, 5); },
      [](NetworkOptions& options) { options.validation.reset(); },
  };
  for (std::size_t i = 0; i < changes.size(); ++i) {
    CAPTURE(i);
    CHECK(refused(same, changes[i]));
  }
  for (const double at : {0.0, 0.1, 0.5, 0.9}) {  // of the epochs: the schedule differs there alone
    CAPTURE(at);
    CHECK(refused(same, [at](NetworkOptions& options) {
      options.schedule = [at](double progress) { return progress == at ? 0.5 : 1; };
    }));
  }
  same.optimizer = Sgd{};
  const auto sgd = [](NetworkOptions& options) -> Sgd& { return std::get<Sgd>(options.optimizer); };
  CHECK(refused(same, [&](NetworkOptions& options) { sgd(options).learning_rate *= 2; }));
  CHECK(refused(same, [&](NetworkOptions& options) { sgd(options).momentum = 0.5; }));
  CHECK(refused(same, [&](NetworkOptions& options) { sgd(options).weight_decay += 0.25; }));
}
