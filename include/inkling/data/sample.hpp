#pragma once

#include <inkling/core/config.hpp>
#include <inkling/data/dataset.hpp>
#include <inkling/data/emnist.hpp>

#include <cstdint>
#include <filesystem>
#include <utility>

namespace inkling::inline INKLING_ABI {

/// The train and test part of the sample that comes with the project (folder `data/`): the 10,000 images of MNIST's
/// test part, of which 8,000 serve to train and 2,000 to test. Every class is cut at the same share, always in the same
/// way. Throws as load_emnist.
inline std::pair<Dataset, Dataset> load_sample(const std::filesystem::path& folder) {
  constexpr double test_share = 0.2;
  constexpr std::uint64_t seed = 0;
  return load_emnist(folder, Split::mnist, Part::test).stratified_split(test_share, seed);
}

}  // namespace inkling::inline INKLING_ABI
