#pragma once

#include <inkling/core/config.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// JSON (RFC 8259) as model files need it: strict, of a few levels. A general library would cost a program that loads a
/// model more to compile than the models themselves; docs/architecture.md has the figures.
namespace inkling::inline INKLING_ABI::detail {

struct JsonNumber {
  enum class Kind { natural, negative, real };
  Kind kind = Kind::natural;
  std::uint64_t magnitude = 0;  // of a whole number of at most 64 bits; every other number is real
  double value = 0;
  std::string_view text;  // as it stands
};

/// Hears what a text holds, piece after piece, so that it can stop at what it does not expect by throwing.
class JsonListener {
 public:
  virtual ~JsonListener() = default;
  virtual void null() = 0;
  virtual void boolean(bool value) = 0;
  virtual void number(const JsonNumber& number) = 0;
  virtual void string(std::string& text) = 0;
  virtual void begin_object() = 0;
  virtual void key(std::string& text) = 0;
  virtual void end_object() = 0;
  virtual void begin_array() = 0;
  virtual void end_array() = 0;
};

/// Throws FormatError, with the byte at which it is, for what is not JSON, for text that is not UTF-8, and for more
/// than 32 levels.
void read_json(std::string_view text, JsonListener& listener);

/// A whole text as a value.
struct Json {
  enum class Kind { null, boolean, number, string, array, object };
  Kind kind = Kind::null;
  bool boolean = false;
  JsonNumber number = {};  // without its text
  std::string string = {};
  std::vector<Json> elements = {};
  std::vector<std::pair<std::string, Json>> members = {};

  /// The last member of that name; null when there is none.
  const Json* find(std::string_view name) const noexcept;
  bool is_string() const noexcept { return kind == Kind::string; }
  /// A whole number from 0 to the largest std::int64_t.
  bool is_count() const noexcept;
};

/// Throws as read_json does, and FormatError for a text of more than half a mebibyte: values take many times the memory
/// of their text.
Json parse_json(std::string_view text);

bool is_utf8(std::string_view text) noexcept;

/// A text with quotation marks around it. Throws ValueError when it is not UTF-8.
std::string json_text(std::string_view text);
/// The shortest text that reads back as the same number, with a point or an exponent.
std::string json_text(double number);
/// ["a","b"]
std::string json_text(const std::vector<std::string>& texts);

}  // namespace inkling::inline INKLING_ABI::detail

#ifndef INKLING_COMPILED
#include <inkling/io/detail/json.ipp>
#endif
