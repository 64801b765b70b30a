#pragma once

#include <inkling/data/dataset.hpp>
#include <inkling/data/emnist.hpp>
#include <inkling/data/sample.hpp>

#include <cstdint>
#include <filesystem>
#include <utility>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE std::pair<Dataset, Dataset> load_sample(const std::filesystem::path& folder) {
  constexpr double test_share = 0.2;
  constexpr std::uint64_t seed = 0;
  return load_emnist(folder, Split::mnist, Part::test).stratified_split(test_share, seed);
}

}  // namespace inkling::inline INKLING_ABI
