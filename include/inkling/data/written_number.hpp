#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/rng.hpp>

#include <string>

namespace inkling::inline INKLING_ABI {

/// A number as people write them on forms, cheques and envelopes: dates (3/11/2023, 03.11.23), amounts (1.250, 17,50,
/// 300.-, =45=), and codes of 1 to 12 digits. Digits and the signs . , - / = alone; at most 14 characters.
std::string written_number(Rng& rng);

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/data/written_number.ipp>
#endif
