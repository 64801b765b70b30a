#pragma once

#include <inkling/data/dataset.hpp>

namespace inkling::bench {

/// Number of threads for all benchmarks: --threads, 0 for all cores.
struct Settings {
  int threads = 0;
};

/// Registers one group of benchmarks; main() calls them all, so that the order of the names is fixed.
void register_networks(const Settings& settings);
void register_layers(const Settings& settings);
void register_kernels(const Settings& settings);
void register_forest(const Settings& settings);
void register_svm(const Settings& settings);
void register_data(const Settings& settings);
void register_images(const Settings& settings);

/// 60,000 training images: plain MNIST from the folder $INKLING_MNIST, or else the embedded sample, repeated. Loaded
/// once.
const Dataset& train_images();
/// 10,000 test images of the same source.
const Dataset& test_images();

}  // namespace inkling::bench
