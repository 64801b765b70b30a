#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/rng.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace inkling::inline INKLING_ABI::detail {

/// What the writers of numbers do, each with a chance of its own. The shares were chosen by looking at forms and
/// cheques; no set of pictures was counted.
class WrittenNumber {
 public:
  explicit WrittenNumber(Rng& rng) : rng_(rng) {}

  std::string draw() {
    const float kind = rng_.uniform();
    if (kind < 0.12F) return date();
    if (kind < 0.70F) return amount();
    if (kind < 0.75F) return digits(between(2, 7), 2);
    return code();
  }

 private:
  bool happens(float chance) { return rng_.uniform() < chance; }
  int between(int low, int high) {
    return low + static_cast<int>(rng_.below(static_cast<std::uint32_t>(high - low + 1)));
  }
  char digit(int below = 10) { return static_cast<char>('0' + between(0, below - 1)); }

  template <std::size_t n>
  std::string_view one_of(const std::array<std::string_view, n>& choices) {
    return choices[rng_.below(n)];
  }

  std::string digits(int count, int below = 10) {
    std::string text;
    for (int i = 0; i < count; ++i) text += digit(below);
    return text;
  }

  std::string date() {
    const char sign = "/.-"[between(0, 2)];
    const bool two_digits = happens(0.6F);
    const auto number = [&](int value) { return (value < 10 && two_digits ? "0" : "") + std::to_string(value); };
    const std::string day = number(between(1, 31));
    const std::string month = number(between(1, 12));
    const std::string year = happens(0.5F) ? std::to_string(between(1950, 2039)) : digits(2);
    return day + sign + month + sign + year;
  }

  std::string amount() {
    const int count = between(1, 7);
    std::string text = digits(count);
    if (count >= 3 && happens(0.35F)) {  // a round one
      const int zeros = between(1, count - 1);
      text.replace(static_cast<std::size_t>(count - zeros), std::string::npos, static_cast<std::size_t>(zeros), '0');
    }
    if (count > 1 && text.front() == '0') text.front() = static_cast<char>('1' + between(0, 8));
    if (count >= 4 && happens(0.45F)) {
      text = in_thousands(text, happens(0.75F) ? '.' : ',');
    } else if (happens(0.12F)) {
      text += happens(0.6F) ? ',' : '.';
      text += happens(0.6F) ? "00" : digits(between(1, 2));
    }
    if (happens(0.35F)) text += one_of<9>({"=", "=", "=", "-", "-", ".-", "/-", ".", ","});
    if (happens(0.08F)) text.insert(0, happens(0.5F) ? "=" : "-");
    return text;
  }

  static std::string in_thousands(const std::string& text, char sign) {
    std::string grouped;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (i > 0 && (text.size() - i) % 3 == 0) grouped += sign;
      grouped += text[i];
    }
    return grouped;
  }

  std::string code() {
    std::string text = digits(between(1, 12));
    if (text.size() > 1 && happens(0.1F)) {
      const auto place = static_cast<std::size_t>(between(1, static_cast<int>(text.size()) - 1));
      text.insert(place, 1, "-./,"[between(0, 3)]);
    }
    return text;
  }

  Rng& rng_;
};

}  // namespace inkling::inline INKLING_ABI::detail
