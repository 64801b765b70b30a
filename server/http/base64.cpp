#include "http/base64.hpp"

#include <cstdint>

namespace inkling::server {
namespace {

constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view blanks = " \t\r\n";

}  // namespace

std::optional<std::string> decode_base64(std::string_view text) {
  const std::size_t last = text.find_last_not_of(blanks);
  text = text.substr(0, last == std::string_view::npos ? 0 : last + 1);
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t bits = 0;
  int count = 0;  // of bits that are not yet bytes
  for (const char c : text) {
    if (blanks.find(c) != std::string_view::npos) continue;
    const std::size_t digit = digits.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    bits = bits << 6U | static_cast<std::uint32_t>(digit);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes.push_back(static_cast<char>(bits >> static_cast<unsigned>(count) & 0xFFU));
  }
  if (count == 6) return std::nullopt;  // one digit alone is no byte
  return bytes;
}

}  // namespace inkling::server
