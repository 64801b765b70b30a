#include <inkling/form/rules/check_digit.hpp>

#include <doctest/doctest.h>

#include <string>

namespace {

using namespace inkling::form;

/// How many of the single wrong digits, and of the swaps of unequal neighbours, a check does not find.
template <typename Check>
int missed(const std::string& code, Check check, bool swaps) {
  int count = 0;
  for (std::size_t i = 0; i < code.size(); ++i) {
    if (swaps) {
      std::string wrong = code;
      if (i + 1 == code.size() || wrong[i] == wrong[i + 1]) continue;
      std::swap(wrong[i], wrong[i + 1]);
      count += check(wrong) ? 1 : 0;
      continue;
    }
    for (char c = '0'; c <= '9'; ++c) {
      std::string wrong = code;
      wrong[i] = c;
      if (c != code[i]) count += check(wrong) ? 1 : 0;
    }
  }
  return count;
}

TEST_CASE("check digits: published examples") {
  CHECK(luhn_holds("79927398713"));  // en.wikipedia.org/wiki/Luhn_algorithm, until 2022
  CHECK(luhn_holds("4111 1111 1111 1111"));
  CHECK_FALSE(luhn_holds("79927398710"));
  CHECK(isbn_holds("0-306-40615-2"));
  CHECK(isbn_holds("080442957X"));
  CHECK(isbn_holds("978-0-306-40615-7"));
  CHECK_FALSE(isbn_holds("0-306-40615-3"));
  CHECK_FALSE(isbn_holds("978-0-306-40615-8"));
  CHECK_FALSE(isbn_holds("1230306406152"));  // 13 digits, but no book
  CHECK_FALSE(isbn_holds("X804429570"));
  CHECK(iban_holds("GB82 WEST 1234 5698 7654 32"));
  CHECK(iban_holds("DE89370400440532013000"));
  CHECK_FALSE(iban_holds("DE89370400440532013001"));
  CHECK_FALSE(iban_holds("de89370400440532013000"));
  CHECK(verhoeff_holds("2363"));  // 236 with its check digit 3
  CHECK(verhoeff_holds("123451"));
  CHECK_FALSE(verhoeff_holds("123450"));
}

TEST_CASE("check digits: what each scheme promises to find") {
  CHECK(missed("79927398713", luhn_holds, false) == 0);
  CHECK(missed("1234567890128", luhn_holds, true) <= 1);  // Luhn misses 09 for 90
  CHECK(missed("0306406152", isbn_holds, false) == 0);
  CHECK(missed("0306406152", isbn_holds, true) == 0);
  CHECK(missed("123451", verhoeff_holds, false) == 0);
  CHECK(missed("123451", verhoeff_holds, true) == 0);
  CHECK(missed("84736430954837284567892", verhoeff_holds, false) == 0);
}

TEST_CASE("check digits: what is no code does not hold") {
  for (const std::string text : {"", "1", "0", "12a4", "-", "DE", "DE89", "12345678901234567890123456789012345"}) {
    CAPTURE(text);
    CHECK_FALSE(isbn_holds(text));
    CHECK_FALSE(iban_holds(text));
    if (text.size() < 2 || text == "12a4" || text.starts_with("D")) {
      CHECK_FALSE(luhn_holds(text));
      CHECK_FALSE(verhoeff_holds(text));
    }
  }
}

}  // namespace
