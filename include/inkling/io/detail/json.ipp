#pragma once

#include <inkling/core/error.hpp>
#include <inkling/io/detail/json.hpp>
#include <inkling/io/detail/read_number.hpp>
#include <inkling/io/detail/write_number.hpp>

#include <charconv>
#include <limits>
#include <system_error>

namespace inkling::inline INKLING_ABI::detail {

/// The bytes of the UTF-8 sequence that begins at text[at], or 0 where it is not valid (RFC 3629: no overlong forms, no
/// surrogates, nothing above U+10FFFF).
INKLING_INLINE std::size_t utf8_sequence(std::string_view text, std::size_t at) noexcept {
  const auto byte = [&](std::size_t i) {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : static_cast<unsigned char>(0);
  };
  const auto follows = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
    return byte(i) >= low && byte(i) <= high;
  };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return follows(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    return follows(1, first == 0xE0 ? 0xA0 : 0x80, first == 0xED ? 0x9F : 0xBF) && follows(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    return follows(1, first == 0xF0 ? 0x90 : 0x80, first == 0xF4 ? 0x8F : 0xBF) && follows(2) && follows(3) ? 4 : 0;
  }
  return 0;
}

INKLING_INLINE bool is_utf8(std::string_view text) noexcept {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = utf8_sequence(text, at);
    if (length == 0) return false;
    at += length;
  }
  return true;
}

/// One pass over a text, by recursive descent.
class JsonReader {
 public:
  JsonReader(std::string_view text, JsonListener& listener) : text_(text), listener_(listener) {}

  void run();

 private:
  static constexpr int max_depth = 32;

  [[noreturn]] void fail(const char* expected) const;
  char peek() const noexcept { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char c) noexcept {
    const bool there = at_ < text_.size() && text_[at_] == c;
    at_ += there ? 1 : 0;
    return there;
  }
  void skip_space() noexcept {
    while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r') ++at_;
  }
  void word(std::string_view expected);
  void value(int depth);
  void object(int depth);
  void array(int depth);
  std::string string();
  void escape(std::string& to);
  unsigned hex4();
  std::size_t digits();
  void number();

  std::string_view text_;
  JsonListener& listener_;
  std::size_t at_ = 0;
};

INKLING_INLINE void JsonReader::fail(const char* expected) const {
  throw FormatError("not valid JSON at byte " + std::to_string(at_) + ": expected " + expected);
}

INKLING_INLINE void JsonReader::run() {
  value(0);
  if (at_ != text_.size()) fail("the end");
}

INKLING_INLINE void JsonReader::word(std::string_view expected) {
  if (text_.substr(at_, expected.size()) != expected) fail("a value");
  at_ += expected.size();
}

INKLING_INLINE void JsonReader::value(int depth) {
  if (depth > max_depth) throw FormatError("the JSON is nested too deeply");
  skip_space();
  switch (peek()) {
    case '{':
      object(depth);
      break;
    case '[':
      array(depth);
      break;
    case '"': {
      std::string text = string();
      listener_.string(text);
      break;
    }
    case 't':
      word("true");
      listener_.boolean(true);
      break;
    case 'f':
      word("false");
      listener_.boolean(false);
      break;
    case 'n':
      word("null");
      listener_.null();
      break;
    default:
      number();
  }
  skip_space();
}

INKLING_INLINE void JsonReader::object(int depth) {
  ++at_;
  listener_.begin_object();
  skip_space();
  if (!take('}')) {
    do {
      skip_space();
      if (peek() != '"') fail("a name");
      std::string name = string();
      listener_.key(name);
      skip_space();
      if (!take(':')) fail("a colon");
      value(depth + 1);
    } while (take(','));
    if (!take('}')) fail("a comma or the end of an object");
  }
  listener_.end_object();
}

INKLING_INLINE void JsonReader::array(int depth) {
  ++at_;
  listener_.begin_array();
  skip_space();
  if (!take(']')) {
    do {
      value(depth + 1);
    } while (take(','));
    if (!take(']')) fail("a comma or the end of an array");
  }
  listener_.end_array();
}

INKLING_INLINE std::string JsonReader::string() {
  ++at_;
  std::string result;
  while (!take('"')) {
    if (at_ >= text_.size() || static_cast<unsigned char>(text_[at_]) < 0x20) fail("the end of a string");
    if (take('\\')) {
      escape(result);
      continue;
    }
    const std::size_t length = utf8_sequence(text_, at_);
    if (length == 0) fail("UTF-8");
    result.append(text_.substr(at_, length));
    at_ += length;
  }
  return result;
}

INKLING_INLINE void JsonReader::escape(std::string& to) {
  constexpr std::string_view letters = "\"\\/bfnrt";
  constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
  if (const std::size_t known = letters.find(peek()); at_ < text_.size() && known != std::string_view::npos) {
    to += meanings[known];
    ++at_;
    return;
  }
  if (!take('u')) fail("an escape");
  std::uint32_t code = hex4();
  if (code >= 0xD800 && code <= 0xDBFF) {
    if (!take('\\') || !take('u')) fail("the second half of a surrogate pair");
    const std::uint32_t low = hex4();
    if (low < 0xDC00 || low > 0xDFFF) fail("the second half of a surrogate pair");
    code = 0x10000 + ((code - 0xD800) << 10U) + (low - 0xDC00);
  } else if (code >= 0xDC00 && code <= 0xDFFF) {
    fail("the first half of a surrogate pair");
  }
  const auto add = [&](std::uint32_t byte) { to += static_cast<char>(byte); };
  const auto follow = [&](unsigned shift) { add(0x80 | ((code >> shift) & 0x3FU)); };
  if (code < 0x80) {
    add(code);
  } else if (code < 0x800) {
    add(0xC0 | code >> 6U);
    follow(0);
  } else if (code < 0x10000) {
    add(0xE0 | code >> 12U);
    follow(6);
    follow(0);
  } else {
    add(0xF0 | code >> 18U);
    follow(12);
    follow(6);
    follow(0);
  }
}

INKLING_INLINE unsigned JsonReader::hex4() {
  unsigned value = 0;
  const char* const begin = text_.data() + at_;
  if (text_.size() - at_ < 4 || std::from_chars(begin, begin + 4, value, 16).ptr != begin + 4) fail("four hex digits");
  at_ += 4;
  return value;
}

INKLING_INLINE std::size_t JsonReader::digits() {
  const std::size_t first = at_;
  while (peek() >= '0' && peek() <= '9') ++at_;
  return at_ - first;
}

INKLING_INLINE void JsonReader::number() {
  JsonNumber result;
  const std::size_t first = at_;
  const bool minus = take('-');
  const bool zero = peek() == '0';
  const std::size_t whole = digits();
  if (whole == 0) fail("a value");
  if (zero && whole > 1) fail("no digit after a leading 0");
  bool is_whole = true;
  if (take('.')) {
    is_whole = false;
    if (digits() == 0) fail("a digit");
  }
  if (take('e') || take('E')) {
    is_whole = false;
    if (!take('+')) take('-');
    if (digits() == 0) fail("a digit");
  }
  result.text = text_.substr(first, at_ - first);
  const char* const begin = result.text.data();
  const char* const end = begin + result.text.size();
  if (read_number(begin, end, result.value).ec != std::errc()) fail("a number that fits a double");
  const bool fits = is_whole && std::from_chars(begin + (minus ? 1 : 0), end, result.magnitude).ec == std::errc();
  result.kind = !fits ? JsonNumber::Kind::real : minus ? JsonNumber::Kind::negative : JsonNumber::Kind::natural;
  listener_.number(result);
}

INKLING_INLINE void read_json(std::string_view text, JsonListener& listener) {
  JsonReader(text, listener).run();
}

INKLING_INLINE const Json* Json::find(std::string_view name) const noexcept {
  const Json* found = nullptr;
  for (const auto& [key, value] : members) found = key == name ? &value : found;
  return found;
}

INKLING_INLINE bool Json::is_count() const noexcept {
  return kind == Kind::number && number.kind == JsonNumber::Kind::natural &&
         number.magnitude <= std::uint64_t{std::numeric_limits<std::int64_t>::max()};
}

/// Puts a value together from its pieces.
class JsonBuilder final : public JsonListener {
 public:
  void null() override { put(Json::Kind::null); }
  void boolean(bool value) override { put(Json::Kind::boolean).boolean = value; }
  void number(const JsonNumber& number) override {
    JsonNumber& kept = put(Json::Kind::number).number;
    kept = number;
    kept.text = {};
  }
  void string(std::string& text) override { put(Json::Kind::string).string.swap(text); }
  void begin_object() override { open_.push_back(&put(Json::Kind::object)); }
  void key(std::string& text) override { open_.back()->members.emplace_back(std::move(text), Json()); }
  void end_object() override { open_.pop_back(); }
  void begin_array() override { open_.push_back(&put(Json::Kind::array)); }
  void end_array() override { open_.pop_back(); }

  Json result;

 private:
  Json& put(Json::Kind kind) {
    Json* place = &result;
    if (!open_.empty() && open_.back()->kind == Json::Kind::object) {
      place = &open_.back()->members.back().second;
    } else if (!open_.empty()) {
      place = &open_.back()->elements.emplace_back();
    }
    place->kind = kind;
    return *place;
  }

  std::vector<Json*> open_;  // a list does not grow while something within it is open
};

INKLING_INLINE Json parse_json(std::string_view text) {
  constexpr std::size_t longest = std::size_t{1} << 19U;
  if (text.size() > longest) {
    throw FormatError("expected a JSON text of at most " + std::to_string(longest) + " bytes, got " +
                      std::to_string(text.size()));
  }
  JsonBuilder builder;
  read_json(text, builder);
  return std::move(builder.result);
}

INKLING_INLINE std::string json_text(std::string_view text) {
  constexpr std::string_view hex = "0123456789abcdef";
  std::string result = "\"";
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = utf8_sequence(text, i);
    if (length == 0) throw ValueError("a text is not UTF-8 at its byte " + std::to_string(i));
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20) {
      result.append("\\u00").append(1, hex[byte >> 4U]).append(1, hex[byte & 0xFU]);
    } else {
      if (byte == '"' || byte == '\\') result += '\\';
      result.append(text.substr(i, length));
    }
    i += length;
  }
  return result += '"';
}

INKLING_INLINE std::string json_text(double number) {
  const std::string text = shortest_text(number);
  return text.find_first_of(".en") == std::string::npos ? text + ".0" : text;
}

INKLING_INLINE std::string json_text(const std::vector<std::string>& texts) {
  std::string result = "[";
  for (const std::string& text : texts) result.append(result.size() > 1 ? "," : "").append(json_text(text));
  return result += ']';
}

}  // namespace inkling::inline INKLING_ABI::detail
