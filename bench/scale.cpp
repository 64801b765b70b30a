// Trains together with the ranks that mpirun has started, and says on rank 0, as JSON, how long it took and how many
// bytes went between the ranks: for bench/scale.py.
//
//     inkling-scale NAME SAMPLES BATCH THREADS    NAME: lenet, vgg, mlp (one epoch), forest (of BATCH trees) or
//                                                svm (of BATCH classes)

#include <inkling/core/collective.hpp>
#include <inkling/core/rng.hpp>
#include <inkling/forest/fit_forest.hpp>
#include <inkling/mpi.hpp>
#include <inkling/nn/training/trainer.hpp>
#include <inkling/recipes.hpp>
#include <inkling/svm/fit_svm.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <iostream>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "reference_networks.hpp"
#include "setup.hpp"

namespace {

using namespace inkling;

/// Counts what goes through another Collective.
class Counting final : public Collective {
 public:
  explicit Counting(Collective& ranks) : ranks_(ranks) {}

  int rank() const noexcept override { return ranks_.rank(); }
  int size() const noexcept override { return ranks_.size(); }
  void start_dealing() override { ranks_.start_dealing(); }
  std::ptrdiff_t deal() override { return ranks_.deal(); }
  void exchange(const std::vector<ConstBlock>& send, const std::vector<Block>& receive) override {
    const auto start = std::chrono::steady_clock::now();
    for (int r = 0; r < size(); ++r) {
      if (r != rank()) bytes += send[static_cast<std::size_t>(r)].size;
    }
    ++exchanges;
    ranks_.exchange(send, receive);
    seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }

  std::uint64_t bytes = 0;  // sent by this rank
  std::uint64_t exchanges = 0;
  double seconds = 0;  // in exchanges, waiting for the others included

 private:
  Collective& ranks_;
};

struct Work {
  std::string name;
  Index samples = 0;
  Index batch = 0;  // trees of a forest, classes of an SVM
  int threads = 0;
};

/// Each class in as many parts as make so many classes, in any order: an SVM has the same work with them as with other
/// classes.
Dataset split_classes(const Dataset& data, Index classes) {
  const Index parts = std::max<Index>(1, classes / data.num_classes());
  std::vector<Label> order(static_cast<std::size_t>(parts * data.num_classes()));
  std::iota(order.begin(), order.end(), Label{0});
  Rng(1).shuffle(std::span<Label>(order));
  std::vector<Label> labels;
  for (Index i = 0; i < data.size(); ++i) {
    labels.push_back(order[static_cast<std::size_t>(data.label(i) + i % parts * data.num_classes())]);
  }
  std::vector<std::string> names;
  for (std::size_t k = 0; k < order.size(); ++k) names.push_back(std::to_string(k));
  return {data.image_shape(), data.pixels(), std::move(labels), std::move(names)};
}

/// Steps of the optimiser, or 1.
Index train(const Work& work, Collective& ranks) {
  const Dataset data = bench::train_images().take(work.samples);
  if (work.name == "forest") {
    ForestOptions options = forest_recipe(data.image_shape());
    options.trees = work.batch;
    options.threads = work.threads;
    options.ranks = &ranks;
    fit_forest(data, options);
    return 1;
  }
  if (work.name == "svm") {
    SvmOptions options = svm_recipe();
    options.threads = work.threads;
    options.ranks = &ranks;
    fit_svm(split_classes(data, work.batch), options);
    return 1;
  }
  const auto networks = bench::reference_networks();
  const auto found = std::find_if(networks.begin(), networks.end(), [&](const auto& n) { return n.name == work.name; });
  if (found == networks.end()) throw ValueError("unknown name " + work.name);
  std::vector<std::string> names = data.class_names();
  while (std::ssize(names) < found->classes) names.push_back("unused " + std::to_string(names.size()));
  const Dataset classes(data.image_shape(), data.pixels(), data.labels(), names);
  nn::fit_network(found->make(data.image_shape(), found->classes, 1), classes,
                  {.optimizer = nn::AdamW{.weight_decay = 0},
                   .epochs = 1,
                   .batch = work.batch,
                   .micro_batch = found->micro_batch,
                   .threads = work.threads,
                   .ranks = &ranks});
  return (work.samples + work.batch - 1) / work.batch;
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 5) {
    std::cerr << "usage: inkling-scale NAME SAMPLES BATCH THREADS\n";
    return 2;
  }
  const Work work{argv[1], std::stol(argv[2]), std::stol(argv[3]), std::stoi(argv[4])};
  MpiRanks processes;
  Counting ranks(processes);
  bench::train_images();
  ranks.barrier();
  ranks.bytes = ranks.exchanges = 0;
  ranks.seconds = 0;
  const auto start = std::chrono::steady_clock::now();
  const Index steps = train(work, ranks);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  const std::uint64_t exchanges = ranks.exchanges;
  const double waited = ranks.seconds;
  const std::vector<std::uint64_t> bytes = gather(ranks, ranks.bytes);
  if (ranks.rank() == 0) {
    std::cout << "{\"name\": \"" << work.name << "\", \"ranks\": " << ranks.size() << ", \"threads\": " << work.threads
              << ", \"samples\": " << work.samples << ", \"batch\": " << work.batch << ", \"steps\": " << steps
              << ", \"seconds\": " << seconds.count() << ", \"exchanges\": " << exchanges
              << ", \"seconds_in_exchanges\": " << waited
              << ", \"bytes_of_a_rank\": " << *std::max_element(bytes.begin(), bytes.end()) << "}\n";
  }
  return 0;
} catch (const std::exception& error) {
  std::cerr << "inkling-scale: " << error.what() << '\n';
  return 1;
}
