#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/model/charset.hpp>

#include <string>
#include <vector>

namespace inkling::inline INKLING_ABI {

/// Probabilities given that the answer is in the set: those of other classes become 0, and each column is scaled to sum
/// to 1 again. Where no admitted class had any probability, all of them get the same.
/// probabilities and result: classes x samples. Throws ShapeError unless there is one row for each class name,
/// ValueError when no class is admitted.
Matrix restrict_to(const CharSet& set, const std::vector<std::string>& class_names, const Matrix& probabilities);

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/model/restrict_to.ipp>
#endif
