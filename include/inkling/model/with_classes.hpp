#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/data/dataset.hpp>

#include <string>
#include <vector>

namespace inkling::inline INKLING_ABI {

/// The samples with other classes, those of a model say: each label is looked up as a character, so that "c" is the
/// class "C" where the model merges both cases. Throws ValueError that names a label that the model does not know.
Dataset with_classes(const Dataset& samples, const std::vector<std::string>& class_names);

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/model/with_classes.ipp>
#endif
