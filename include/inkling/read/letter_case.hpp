#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/model/charset.hpp>

#include <string>
#include <vector>

namespace inkling::inline INKLING_ABI {

/// Probabilities of classes that merge both cases of a letter, where only one of them can stand: a class keeps of its
/// probability the share that the admitted case has among characters that look like the image. Columns no longer sum
/// to 1.
///
/// EMNIST merges 15 letters whose cases look alike, and L, whose cases do not: l is a bar. Where capitals are asked
/// for, a bar is therefore an I, though the model has seen more of them called L. Only this class is changed. The share
/// of L among the two is a logistic function of how long and thin the ink is, fitted to the 2,782 of EMNIST's byclass
/// train part in the sample that the models learned from; it tells 96.8 % of the 308 of the test part.
///
/// images: pixels of square images x samples, ink 255. probabilities and result: classes x samples.
Matrix with_letter_case(const CharSet& set, const std::vector<std::string>& class_names, const Pixels& images,
                        Matrix probabilities);

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/read/letter_case.ipp>
#endif
