#include "text/one_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

namespace {

/// The bytes of the UTF-8 character at the front of the text; 0 when there is none (Unicode 15, table 3-7).
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const auto continues = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
    return byte(i) >= low && byte(i) <= high;
  };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return continues(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const bool second = continues(1, first == 0xE0 ? 0xA0 : 0x80, first == 0xED ? 0x9F : 0xBF);
    return second && continues(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const bool second = continues(1, first == 0xF0 ? 0x90 : 0x80, first == 0xF4 ? 0x8F : 0xBF);
    return second && continues(2) && continues(3) ? 4 : 0;
  }
  return 0;
}

/// U+0080 to U+009F steer terminals, too; U+2028 and U+2029 end lines.
bool is_control(std::string_view character) {
  const auto first = static_cast<unsigned char>(character.front());
  if (character.size() == 1) return first < 0x20 || first == 0x7F;
  return (first == 0xC2 && static_cast<unsigned char>(character[1]) < 0xA0) || character == "\u2028" ||
         character == "\u2029";
}

}  // namespace

std::string one_line(std::string_view name) {
  std::string line;
  while (!name.empty()) {
    const std::size_t length = utf8_length(name);
    const std::string_view character = name.substr(0, std::max<std::size_t>(1, length));
    name.remove_prefix(character.size());
    if (character == "\t") {
      line += "\\t";
    } else if (character == "\n") {
      line += "\\n";
    } else if (character == "\r") {
      line += "\\r";
    } else if (length > 0 && !is_control(character)) {
      line += character;
    } else {
      for (const char byte : character) line += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
    }
  }
  return line;
}
