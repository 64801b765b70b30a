#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace inkling::server {

/// The bytes of base64 text, or of a data URL that holds such ("data:image/png;base64,…", RFC 2397). Nothing when it is
/// neither.
std::optional<std::string> decode_base64_or_data_url(std::string_view text);

/// The bytes of a PNG file as a data URL.
std::string png_data_url(std::span<const std::uint8_t> png);

}  // namespace inkling::server
