#pragma once

#include <inkling/core/config.hpp>
#include <inkling/form/reading.hpp>
#include <inkling/form/rules/expression.hpp>
#include <inkling/form/rules/value.hpp>

#include <span>

namespace inkling::inline INKLING_ABI::form {

/// Whether a rule holds. `values` are those of ParsedRule::fields, in their order. A missing value makes it unchecked,
/// unless the other parts decide alone. Numbers are equal when they differ by less than rounding.
RuleResult evaluate(const ParsedRule& rule, std::span<const Value> values);

/// The same without the words.
RuleOutcome outcome(const ParsedRule& rule, std::span<const Value> values);

}  // namespace inkling::inline INKLING_ABI::form

#ifndef INKLING_COMPILED
#include <inkling/form/rules/evaluate.ipp>
#endif
