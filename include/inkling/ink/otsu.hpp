#pragma once

#include <inkling/core/config.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace inkling::inline INKLING_ABI {

/// The bin t that best splits a histogram into [0, t] and (t, end): the variance between both parts is largest
/// (Otsu 1979, "A Threshold Selection Method from Gray-Level Histograms"). With one occupied bin, that bin.
/// A run of equally good bins gives its middle, so that the split of a clean two-level picture is symmetric.
std::size_t otsu_threshold(std::span<const std::uint32_t> histogram) noexcept;

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/ink/otsu.ipp>
#endif
