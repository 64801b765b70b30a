#pragma once

#include <inkling/core/config.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace inkling::inline INKLING_ABI::form {

struct RegularExpression;  // so that <regex> stays behind expression.ipp

/// A part of a rule.
struct Expression {
  enum class Kind {
    number,
    text,
    field,
    add,
    subtract,
    multiply,
    divide,
    negate,
    sum,
    minimum,
    maximum,
    absolute,
    count,     // of the arguments that are not empty
    length,    // characters of a text
    fallback,  // the first argument, or the second where it is missing
    equal,     // with a tolerance
    unequal,
    less,
    at_most,
    in_set,
    in_range,
    matches,
    luhn,
    isbn,
    iban,
    verhoeff,
    date,
    both,
    either,
    no,
    implies
  };

  Kind kind = Kind::number;
  double number = 0;      // a literal; the tolerance of equal
  bool percent = false;   // the tolerance is a share of the right side
  std::string text = {};  // a literal; the regular expression
  std::size_t field = 0;  // index into ParsedRule::fields
  std::vector<Expression> arguments = {};
  std::shared_ptr<const RegularExpression> pattern = {};
};

struct ParsedRule {
  std::string text;
  Expression root;                  // true or false
  std::vector<std::string> fields;  // that it names, each once, in the order of their first use
};

/// Reads a rule; docs/forms.md describes the language. `known` are the template's fields in its order, for ranges such
/// as votes01..votes12; other names are accepted and then missing. Throws FormatError that says what was expected, what
/// came, and at which character: "'a + = b': expected a field, a number or (, got '=' at character 5".
ParsedRule parse_rule(std::string_view text, const std::vector<std::string>& known = {});

/// The nearest of some names for a message, such as "; did you mean 'votes01'?"; empty when none is near.
std::string did_you_mean(std::string_view name, const std::vector<std::string>& known);

}  // namespace inkling::inline INKLING_ABI::form

#ifndef INKLING_COMPILED
#include <inkling/form/rules/expression.ipp>
#endif
