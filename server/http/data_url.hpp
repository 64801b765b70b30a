#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace inkling::server {

/// The bytes of base64 text, or of a data URL that holds such ("data:image/png;base64,…", RFC 2397). Nothing when it is
/// neither.
std::optional<std::string> decode_base64_or_data_url(std::string_view text);

}  // namespace inkling::server
