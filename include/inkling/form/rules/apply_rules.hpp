#pragma once

#include <inkling/core/config.hpp>
#include <inkling/form/reading.hpp>
#include <inkling/form/rules/expression.hpp>
#include <inkling/form/template.hpp>

#include <set>
#include <string>
#include <vector>

namespace inkling::inline INKLING_ABI::form {

/// The rules of a template, read once for all of its pages.
struct CompiledRules {
  std::vector<ParsedRule> rules = {};  // in the order of FormTemplate::rules
};

/// Throws FormatError for a rule that cannot be read.
CompiledRules compile_rules(const FormTemplate& form);

struct ApplyRulesOptions {
  double holds = 0.95;                   // share of pages on which what was written satisfies the rules
  double accept = 0.9;                   // a field of less confidence is doubtful
  std::set<std::string> confirmed = {};  // fields that a person decided: they are never changed

  void check() const;  // throws ValueError that names the first field out of range
};

/// Turns what the cells say into what the page says: values of lists, the joint reading under the rules, the fields put
/// together from others, the outcome of every rule, and the status of the page.
///
/// Joint reading: of all ways to choose a candidate in each cell of the fields that rules connect, the most probable
/// one that satisfies the rules wins over what the cells say alone if it is more probable given that the writer's
/// numbers satisfy them on a share `holds` of all pages; of numbers at random, they would do so rarely (an equation of
/// three digits once in 1000, a check digit once in 10), which is why a rule that closes is strong evidence.
/// Confidences become those of the mixture. Nothing is changed in silence: FieldReading::changed_by names the rule,
/// `plain` keeps what the cells say, and the field is doubtful unless the odds for it exceed the rule's margin. A rule
/// that stays broken makes its fields doubtful; one that is only checked changes nothing.
void apply_rules(const FormTemplate& form, const CompiledRules& rules, PageReading& page,
                 const ApplyRulesOptions& options = {});

/// Checks the rules on the texts as they stand, and sets the status of the page after them and its fields. Changes no
/// field, but for calling one of less confidence than `accept` doubtful.
void check_rules(const FormTemplate& form, const CompiledRules& rules, PageReading& page, double accept = 0.9);

/// The field that is put together from others of the page; doubtful when one of them is, or is empty beside written
/// ones.
FieldReading joined_reading(const JoinedField& joined, const PageReading& page);

}  // namespace inkling::inline INKLING_ABI::form

#ifndef INKLING_COMPILED
#include <inkling/form/rules/apply_rules.ipp>
#endif
