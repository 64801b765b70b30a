#pragma once

#include <inkling/core/config.hpp>
#include <inkling/model/architecture.hpp>

#include <string>

/// Architectures as JSON: [{"kind": "conv2d", "options": {...}}, ...]
namespace inkling::inline INKLING_ABI::detail {

std::string architecture_text(const Architecture& architecture);

/// The inverse. Throws FormatError.
Architecture parse_architecture(const std::string& text);

}  // namespace inkling::inline INKLING_ABI::detail

#ifndef INKLING_COMPILED
#include <inkling/io/model/detail/architecture_text.ipp>
#endif
