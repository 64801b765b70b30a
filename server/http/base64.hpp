#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace inkling::server {

/// The bytes that base64 stands for (RFC 4648, section 4). Line ends and blanks are skipped, as mails have them, and
/// the padding may be missing. Nothing for text with another character or a length that no bytes have.
std::optional<std::string> decode_base64(std::string_view text);

/// With padding, and without line ends.
std::string encode_base64(std::string_view bytes);

}  // namespace inkling::server
