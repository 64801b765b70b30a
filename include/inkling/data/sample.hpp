#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/data/dataset.hpp>

#include <filesystem>
#include <utility>

namespace inkling::inline INKLING_ABI {

/// The train and test part of the sample that comes with the project (folder `data/`): the 10,000 images of MNIST's
/// test part, of which 8,000 serve to train and 2,000 to test. Every class is cut at the same share, always in the same
/// way. Throws as load_emnist.
std::pair<Dataset, Dataset> load_sample(const std::filesystem::path& folder);

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/data/sample.ipp>
#endif
