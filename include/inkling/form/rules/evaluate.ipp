#pragma once

#include <inkling/form/rules/check_digit.hpp>
#include <inkling/form/rules/detail/characters.hpp>
#include <inkling/form/rules/detail/regular_expression.hpp>
#include <inkling/form/rules/evaluate.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

namespace inkling::inline INKLING_ABI::form {

namespace detail {

inline RuleOutcome outcome_of(bool truth) noexcept {
  return truth ? RuleOutcome::holds : RuleOutcome::broken;
}

inline bool nearly_equal(double a, double b) noexcept {
  return std::abs(a - b) <= 1e-9 * std::max({1.0, std::abs(a), std::abs(b)});
}

/// Works out an expression over the values of the fields. Keeps the first reason why something is missing.
class Evaluation {
 public:
  explicit Evaluation(std::span<const Value> values) : values_(values) {}

  const std::string& reason() const { return reason_; }

  RuleOutcome truth(const Expression& e) {
    switch (e.kind) {
      case Expression::Kind::equal:
      case Expression::Kind::unequal:
      case Expression::Kind::less:
      case Expression::Kind::at_most:
        return comparison(e);
      case Expression::Kind::in_set:
        return membership(e);
      case Expression::Kind::in_range: {
        const Value value = of(e.arguments[0]);
        if (!has_number(value)) return RuleOutcome::unchecked;
        return outcome_of(*value.number >= e.arguments[1].number - 1e-9 &&
                          *value.number <= e.arguments[2].number + 1e-9);
      }
      case Expression::Kind::matches: {
        const Value value = of(e.arguments[0]);
        if (is_missing(value)) return RuleOutcome::unchecked;
        constexpr std::size_t longest = 2000;  // std::regex recurses for each character
        return outcome_of(value.text.size() <= longest && std::regex_match(value.text, e.pattern->expression));
      }
      case Expression::Kind::luhn:
        return checked(e, luhn_holds);
      case Expression::Kind::isbn:
        return checked(e, isbn_holds);
      case Expression::Kind::iban:
        return checked(e, iban_holds);
      case Expression::Kind::verhoeff:
        return checked(e, verhoeff_holds);
      case Expression::Kind::date: {
        const Value value = of(e.arguments[0]);
        if (is_missing(value)) return RuleOutcome::unchecked;
        return outcome_of(value.number.has_value() && !value.is_text);
      }
      case Expression::Kind::both:
        return both(truth(e.arguments[0]), truth(e.arguments[1]));
      case Expression::Kind::either:
        return negated(both(negated(truth(e.arguments[0])), negated(truth(e.arguments[1]))));
      case Expression::Kind::no:
        return negated(truth(e.arguments[0]));
      case Expression::Kind::implies:
        return negated(both(truth(e.arguments[0]), negated(truth(e.arguments[1]))));
      default:
        return RuleOutcome::unchecked;  // the parser lets no value stand here
    }
  }

  Value of(const Expression& e) {
    switch (e.kind) {
      case Expression::Kind::number:
        return {.text = e.text, .number = e.number};
      case Expression::Kind::text:
        return {.text = e.text, .is_text = true};
      case Expression::Kind::field:
        return values_[e.field];
      case Expression::Kind::fallback: {
        const Value first = of(e.arguments[0]);
        return first.missing ? of(e.arguments[1]) : first;
      }
      case Expression::Kind::count: {
        const auto given = std::count_if(e.arguments.begin(), e.arguments.end(), [&](const Expression& argument) {
          const Value value = of(argument);
          return !value.missing && !value.text.empty();
        });
        return number(static_cast<double>(given));
      }
      case Expression::Kind::length: {
        const Value value = of(e.arguments[0]);
        if (value.missing) return value;
        const auto inner = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; };
        return number(static_cast<double>(value.text.size()) -
                      static_cast<double>(std::count_if(value.text.begin(), value.text.end(), inner)));
      }
      default:
        return calculation(e);
    }
  }

 private:
  static Value number(double value) { return {.text = number_text(value), .number = value}; }

  bool is_missing(const Value& value) {
    if (value.missing && reason_.empty()) reason_ = value.reason;
    return value.missing;
  }
  bool has_number(const Value& value) {
    if (is_missing(value)) return false;
    if (!value.number && reason_.empty()) reason_ = "'" + value.text + "' is no number";
    return value.number.has_value();
  }

  Value calculation(const Expression& e) {
    double result = 0;
    for (std::size_t i = 0; i < e.arguments.size(); ++i) {
      Value value = of(e.arguments[i]);
      if (value.missing) return value;
      if (!value.number) return missing_value("'" + value.text + "' is no number");
      const double x = *value.number;
      if (i == 0) {
        result = x;
        if (e.kind == Expression::Kind::negate) result = -x;
        if (e.kind == Expression::Kind::absolute) result = std::abs(x);
        continue;
      }
      switch (e.kind) {
        case Expression::Kind::add:
        case Expression::Kind::sum:
          result += x;
          break;
        case Expression::Kind::subtract:
          result -= x;
          break;
        case Expression::Kind::multiply:
          result *= x;
          break;
        case Expression::Kind::divide:
          if (x == 0) return missing_value("a division by 0");
          result /= x;
          break;
        case Expression::Kind::minimum:
          result = std::min(result, x);
          break;
        case Expression::Kind::maximum:
          result = std::max(result, x);
          break;
        default:
          break;
      }
    }
    return number(result);
  }

  static bool same(const Value& a, const Value& b) {
    const bool as_text = (a.is_text && b.is_text) || !a.number || !b.number;
    return as_text ? a.text == b.text : nearly_equal(*a.number, *b.number);
  }

  RuleOutcome comparison(const Expression& e) {
    const Value left = of(e.arguments[0]);
    const Value right = of(e.arguments[1]);
    if (is_missing(left) || is_missing(right)) return RuleOutcome::unchecked;
    if (e.kind == Expression::Kind::equal && e.number > 0) {
      if (!has_number(left) || !has_number(right)) return RuleOutcome::unchecked;
      const double allowed = e.percent ? e.number * std::abs(*right.number) : e.number;
      return outcome_of(std::abs(*left.number - *right.number) <= allowed + 1e-9);
    }
    if (e.kind == Expression::Kind::equal) return outcome_of(same(left, right));
    if (e.kind == Expression::Kind::unequal) return outcome_of(!same(left, right));
    if (!has_number(left) || !has_number(right)) return RuleOutcome::unchecked;
    const bool equal = nearly_equal(*left.number, *right.number);
    if (e.kind == Expression::Kind::less) return outcome_of(!equal && *left.number < *right.number);
    return outcome_of(equal || *left.number < *right.number);
  }

  RuleOutcome membership(const Expression& e) {
    const Value value = of(e.arguments[0]);
    if (is_missing(value)) return RuleOutcome::unchecked;
    for (std::size_t i = 1; i < e.arguments.size(); ++i) {
      if (same(value, of(e.arguments[i]))) return RuleOutcome::holds;
    }
    return RuleOutcome::broken;
  }

  template <typename Check>
  RuleOutcome checked(const Expression& e, Check check) {
    const Value value = of(e.arguments[0]);
    if (is_missing(value)) return RuleOutcome::unchecked;
    return outcome_of(check(value.text));
  }

  static RuleOutcome negated(RuleOutcome outcome) {
    if (outcome == RuleOutcome::unchecked) return outcome;
    return outcome_of(outcome == RuleOutcome::broken);
  }
  static RuleOutcome both(RuleOutcome a, RuleOutcome b) {  // S. C. Kleene's three values
    if (a == RuleOutcome::broken || b == RuleOutcome::broken) return RuleOutcome::broken;
    if (a == RuleOutcome::unchecked || b == RuleOutcome::unchecked) return RuleOutcome::unchecked;
    return RuleOutcome::holds;
  }

  std::span<const Value> values_;
  std::string reason_;
};

inline std::string broken_reason(const ParsedRule& rule, std::span<const Value> values) {
  const auto shown = [](const Value& value) {
    return value.number && !value.is_text ? number_text(*value.number) : "'" + value.text + "'";
  };
  const Expression& root = rule.root;
  std::string reason;
  if (root.kind == Expression::Kind::equal) {
    Evaluation evaluation(values);
    reason = shown(evaluation.of(root.arguments[0])) + " is not " + shown(evaluation.of(root.arguments[1]));
  }
  std::string parts;
  for (std::size_t i = 0; i < rule.fields.size(); ++i) {
    if (values[i].missing) continue;
    parts += (parts.empty() ? "" : ", ") + rule.fields[i] + " = " +
             (values[i].text.empty() ? shown(values[i]) : values[i].text);
  }
  if (reason.empty()) return parts;
  return parts.empty() ? reason : reason + " (" + parts + ")";
}

}  // namespace detail

INKLING_INLINE RuleOutcome outcome(const ParsedRule& rule, std::span<const Value> values) {
  return detail::Evaluation(values).truth(rule.root);
}

INKLING_INLINE RuleResult evaluate(const ParsedRule& rule, std::span<const Value> values) {
  detail::Evaluation evaluation(values);
  RuleResult result{.rule = rule.text, .outcome = evaluation.truth(rule.root)};
  if (result.outcome == RuleOutcome::unchecked) result.reason = "cannot be checked: " + evaluation.reason();
  if (result.outcome == RuleOutcome::broken) result.reason = detail::broken_reason(rule, values);
  return result;
}

}  // namespace inkling::inline INKLING_ABI::form
