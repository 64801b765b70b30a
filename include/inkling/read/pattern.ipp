#pragma once

#include <inkling/core/error.hpp>
#include <inkling/model/charset.hpp>
#include <inkling/read/pattern.hpp>

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI {

namespace detail {

/// Reads a pattern from left to right.
class PatternParser {
 public:
  using Element = Pattern::Element;

  explicit PatternParser(std::string_view text) : text_(text) {}

  std::vector<Element> parse() {
    if (text_.empty()) throw ValueError("a pattern has at least one element, got an empty text");
    refuse_other_languages();
    leave_out_anchors();
    while (at_ < text_.size()) {
      const bool star = take('*');
      if (star && at_ == text_.size()) fail("ends with a *, after which an element is expected");
      if (star && text_[at_] == '*') fail("repeats a repetition");
      const std::size_t begin = at_;
      Element element = take_element();
      element.repeats = star || (is_expression(text_.substr(begin, at_ - begin)) && take('+'));
      if (element.is_mark() && element.repeats) fail("repeats a mark: only characters of the model can be repeated");
      append(element, take_count());
    }
    return std::move(elements_);
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw ValueError("the pattern '" + std::string(text_) + "' " + what);
  }

  bool take(char c) {
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  static Element of(std::string_view characters) { return {.characters = CharSet::parse(characters)}; }

  static Element itself(char c) {
    const bool alphanumeric = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    return alphanumeric ? of({&c, 1}) : Element{.mark = c};
  }

  Element take_element() {
    const char c = text_[at_++];
    if (c < ' ' || c > '~') fail("has a character that is not printable ASCII");
    switch (c) {
      case '#':
        return of("digits");
      case 'A':
        return of("upper");
      case 'a':
        return of("lower");
      case '@':
        return of("letters");
      case '?':
        return {};
      case '\\':
        return take_escaped();
      case '[':
        return take_set();
      case '{':
      case '}':
      case ']':
        fail(std::string("has a ") + c + " that belongs to nothing: the mark is \\" + c);
      default:
        return itself(c);
    }
  }

  Element take_escaped() {
    if (at_ == text_.size()) fail("ends with a \\, after which a character is expected");
    const char c = text_[at_++];
    if (c < ' ' || c > '~') fail("has a character that is not printable ASCII");
    if (c == 'd') return of("digits");  // as everybody writes it who knows regular expressions
    if (std::string_view("wWsSDbB").find(c) != std::string_view::npos) {
      fail(std::string("has \\") + c +
           ", which means nothing here: ? is any character, @ a letter, and a blank itself");
    }
    return itself(c);
  }

  Element take_set() {
    const std::size_t end = text_.find(']', at_);
    if (end == std::string_view::npos) fail("has a [ without its ]: the mark is \\[");
    const std::string_view characters = text_.substr(at_, end - at_);
    at_ = end + 1;
    if (characters.starts_with('^'))
      fail("leaves characters out with [^, which is not possible: name those that may be");
    if (characters.empty()) fail("has a [] without characters");
    return of(characters);
  }

  /// The number in {6} behind an element; 1 without it.
  std::size_t take_count() {
    if (!take('{')) return 1;
    std::size_t count = 0;
    const char* const end = text_.data() + text_.size();
    const auto [rest, error] = std::from_chars(text_.data() + at_, end, count);
    if (error != std::errc() || rest == end || *rest != '}' || count < 1 || count > most_elements) {
      fail("has a { that is not followed by a number from 1 to " + std::to_string(most_elements) + " and a }");
    }
    at_ = static_cast<std::size_t>(rest - text_.data()) + 1;
    return count;
  }

  void append(const Element& element, std::size_t count) {
    if (element.repeats && count > 1) fail("repeats a repetition");
    elements_.insert(elements_.end(), count, element);
    if (elements_.size() > most_elements) fail("has more than " + std::to_string(most_elements) + " elements");
  }

  /// A set or \d, where a + behind it can only mean what it means in regular expressions.
  static bool is_expression(std::string_view element) { return element.starts_with('[') || element == "\\d"; }

  /// In spreadsheets and in Cobol, 9 and 0 stand for digits, N or d elsewhere, X for anything. Here they are
  /// themselves: a line would be read as 999999 whatever it shows. Who writes # or a set knows this language.
  void refuse_other_languages() const {
    if (text_.find('#') != std::string_view::npos || text_.find('[') != std::string_view::npos ||
        text_.find('\\') != std::string_view::npos) {
      return;
    }
    for (const char c : std::string_view("90dDnNxX")) {
      if (std::count(text_.begin(), text_.end(), c) < 2) continue;
      const char meant = c == 'x' || c == 'X' ? '?' : '#';
      std::string right(text_);
      std::replace(right.begin(), right.end(), c, meant);
      fail(std::string("means the character ") + c + " itself by " + c + ": write " + right + " for any " +
           (meant == '#' ? "digits" : "characters") + ", or \\" + c + " for a " + c);
    }
  }

  /// ^ before and $ behind a regular expression: a pattern is the whole line in any case. Without a set or \d they are
  /// marks.
  void leave_out_anchors() {
    if (text_.find('[') == std::string_view::npos && text_.find("\\d") == std::string_view::npos) return;
    if (text_.starts_with('^')) text_.remove_prefix(1);
    if (text_.ends_with('$') && !text_.ends_with("\\$")) text_.remove_suffix(1);
  }

  static constexpr std::size_t most_elements = 200;

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<Element> elements_ = {};
};

}  // namespace detail

INKLING_INLINE Pattern Pattern::any_of(const CharSet& characters) {
  Pattern pattern;
  pattern.elements_ = {{.characters = characters, .repeats = true}};
  return pattern;
}

INKLING_INLINE Pattern Pattern::parse(std::string_view text) {
  Pattern pattern;
  pattern.elements_ = detail::PatternParser(text).parse();
  return pattern;
}

}  // namespace inkling::inline INKLING_ABI
