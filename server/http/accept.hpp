#pragma once

#include <span>
#include <string_view>

namespace inkling::server {

/// The media type of `offered` that a client likes best (RFC 9110, section 12.5.1), the first of equals. The first,
/// too, for a client that does not say, or likes none: an answer that it may not want is better than none.
std::string_view preferred_type(std::string_view accept, std::span<const std::string_view> offered);

}  // namespace inkling::server
