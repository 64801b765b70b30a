#include "http/data_url.hpp"

#include "http/base64.hpp"
#include "http/header_text.hpp"

namespace inkling::server {

std::optional<std::string> decode_base64_or_data_url(std::string_view text) {
  constexpr std::string_view scheme = "data:";
  if (!equal_ignoring_case(text.substr(0, scheme.size()), scheme)) return decode_base64(text);
  const std::size_t comma = text.find(',');
  if (comma == std::string_view::npos) return std::nullopt;
  constexpr std::string_view coding = ";base64";
  const std::string_view type = trim(text.substr(0, comma));
  if (type.size() < coding.size() || !equal_ignoring_case(type.substr(type.size() - coding.size()), coding)) {
    return std::nullopt;
  }
  return decode_base64(text.substr(comma + 1));
}

std::string png_data_url(std::span<const std::uint8_t> png) {
  return "data:image/png;base64," + encode_base64({reinterpret_cast<const char*>(png.data()), png.size()});
}

}  // namespace inkling::server
