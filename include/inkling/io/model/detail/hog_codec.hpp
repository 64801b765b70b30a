#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/features/hog.hpp>
#include <inkling/model/architecture.hpp>

#include <optional>

/// The options of HOG features in the "architecture" of a model that takes plain images and works on features.
namespace inkling::inline INKLING_ABI::detail {

/// The architecture of a model that computes HOG features of images, or, without, of one that works on their pixels.
Architecture hog_architecture(const std::optional<Hog>& hog);

/// The inverse of hog_architecture. Throws as hog_options does.
std::optional<HogOptions> decode_hog(const Architecture& architecture);

}  // namespace inkling::inline INKLING_ABI::detail

#ifndef INKLING_COMPILED
#include <inkling/io/model/detail/hog_codec.ipp>
#endif
