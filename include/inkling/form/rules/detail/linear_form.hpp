#pragma once

#include <inkling/core/config.hpp>
#include <inkling/form/rules/expression.hpp>

#include <cmath>
#include <cstddef>
#include <optional>
#include <vector>

namespace inkling::inline INKLING_ABI::form::detail {

/// coefficients . values + constant = 0
struct LinearForm {
  std::vector<double> coefficients;  // of each of the rule's fields
  double constant = 0;

  void add(const LinearForm& other, double factor) {
    for (std::size_t i = 0; i < coefficients.size(); ++i) coefficients[i] += factor * other.coefficients[i];
    constant += factor * other.constant;
  }
};

inline std::optional<LinearForm> linear_value(const Expression& e, std::size_t fields) {
  LinearForm form{.coefficients = std::vector<double>(fields, 0), .constant = 0};
  switch (e.kind) {
    case Expression::Kind::number:
      form.constant = e.number;
      return form;
    case Expression::Kind::field:
      form.coefficients[e.field] = 1;
      return form;
    case Expression::Kind::add:
    case Expression::Kind::subtract:
    case Expression::Kind::sum:
    case Expression::Kind::negate:
      for (std::size_t i = 0; i < e.arguments.size(); ++i) {
        const auto part = linear_value(e.arguments[i], fields);
        if (!part) return std::nullopt;
        const bool minus = e.kind == Expression::Kind::negate || (e.kind == Expression::Kind::subtract && i == 1);
        form.add(*part, minus ? -1 : 1);
      }
      return form;
    case Expression::Kind::multiply: {
      const auto left = linear_value(e.arguments[0], fields);
      const auto right = linear_value(e.arguments[1], fields);
      if (!left || !right) return std::nullopt;
      const auto is_constant = [](const LinearForm& part) {
        for (const double coefficient : part.coefficients) {
          if (coefficient != 0) return false;
        }
        return true;
      };
      if (is_constant(*left))
        form.add(*right, left->constant);
      else if (is_constant(*right))
        form.add(*left, right->constant);
      else
        return std::nullopt;
      return form;
    }
    default:
      return std::nullopt;
  }
}

/// The rule as a linear equation, if it is one without a tolerance.
inline std::optional<LinearForm> linear_equation(const ParsedRule& rule) {
  if (rule.root.kind != Expression::Kind::equal || rule.root.number > 0) return std::nullopt;
  auto left = linear_value(rule.root.arguments[0], rule.fields.size());
  const auto right = linear_value(rule.root.arguments[1], rule.fields.size());
  if (!left || !right) return std::nullopt;
  left->add(*right, -1);
  return left;
}

}  // namespace inkling::inline INKLING_ABI::form::detail
