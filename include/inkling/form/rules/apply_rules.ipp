#pragma once

#include <inkling/core/error.hpp>
#include <inkling/core/range.hpp>
#include <inkling/form/rules/apply_rules.hpp>
#include <inkling/form/rules/detail/characters.hpp>
#include <inkling/form/rules/evaluate.hpp>
#include <inkling/form/rules/joint_reading.hpp>
#include <inkling/form/rules/value_list.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <numeric>
#include <optional>
#include <utility>

namespace inkling::inline INKLING_ABI::form {

INKLING_INLINE void ApplyRulesOptions::check() const {
  in_range("ApplyRulesOptions::holds", holds, {.low = 0, .high = 1, .above_low = true, .below_high = true});
  in_range("ApplyRulesOptions::accept", accept, {0, 1});
}

namespace detail {

inline double log_odds(double probability) {
  const double p = std::clamp(probability, 1e-12, 1 - 1e-12);
  return std::log(p) - std::log1p(-p);
}

inline std::string percent_text(double share) {
  const double shown = std::floor(1000 * share) / 10;
  std::string text = number_text(shown);
  return text + " %";
}

/// How rarely texts at random satisfy a rule, as nats of evidence when it holds.
inline double surprise(const Expression& e, const std::vector<double>& digits) {
  switch (e.kind) {
    case Expression::Kind::equal: {
      if (e.number > 0) return 0;
      double most = 0;  // digits of its longest field
      for (const double count : digits) most = std::max(most, count);
      return std::min(most, 6.0) * std::log(10.0);
    }
    case Expression::Kind::luhn:
    case Expression::Kind::isbn:
    case Expression::Kind::verhoeff:
      return std::log(10.0);
    case Expression::Kind::iban:
      return std::log(97.0);
    default:
      return 0;
  }
}

template <typename Page>
auto find_field(Page& page, const std::string& name) -> decltype(&page.fields.front()) {
  for (auto& field : page.fields) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

inline void mark_doubtful(FieldReading& reading, const std::string& reason) {
  reading.status = FieldStatus::doubtful;
  reading.reason += (reading.reason.empty() ? "" : "; ") + reason;
}

inline void change(FieldReading& reading, const std::string& text, const std::string& by) {
  if (!reading.plain) reading.plain = reading.text;
  reading.text = text;
  reading.changed_by = by;
  if (reading.status == FieldStatus::empty) reading.status = FieldStatus::read;
}

inline void apply_list(const Field& field, FieldReading& reading, ListMatch& match) {
  const std::string list = field.list->file.empty() ? "list of values" : field.list->file;
  const std::string& best = match.candidates.front().text;
  const double probability = std::exp(match.candidates.front().log_probability);
  if (match.outside > probability) {
    reading.confidence = std::min(reading.confidence, match.outside);
    mark_doubtful(reading, "not in the " + list + "; the nearest is '" + best + "'");
    return;
  }
  if (best != reading.text) change(reading, best, list);
  reading.confidence = probability;
  if (log_odds(probability) >= field.list->margin) return;
  const bool second = match.candidates.size() > 1 && std::exp(match.candidates[1].log_probability) > match.outside;
  mark_doubtful(reading, "in the " + list + ", '" + best + "' is not clear of " +
                             (second ? "'" + match.candidates[1].text + "'" : "what is in none of its lines"));
}

/// Joint reading of one page.
class JointReader {
 public:
  JointReader(const FormTemplate& form, const CompiledRules& rules, PageReading& page, const ApplyRulesOptions& options,
              const std::map<std::string, ListMatch>& lists)
      : form_(form), rules_(rules), page_(page), options_(options), lists_(lists) {}

  void run() {
    for (std::size_t i = 0; i < page_.fields.size(); ++i) index_[page_.fields[i].name] = i;
    for (const std::vector<std::size_t>& group : groups()) read_group(group);
  }

 private:
  /// Rules that decide and whose fields are all on the page, grouped by the fields they share.
  std::vector<std::vector<std::size_t>> groups() const {
    std::vector<std::size_t> usable;
    for (std::size_t i = 0; i < rules_.rules.size(); ++i) {
      const std::vector<std::string>& names = rules_.rules[i].fields;
      const bool known = std::all_of(names.begin(), names.end(), [&](const std::string& name) {
        return index_.contains(name) && form_.find(name);
      });
      if (form_.rules[i].use == Rule::Use::decide && known && !names.empty()) usable.push_back(i);
    }
    std::vector<std::vector<std::size_t>> result;
    std::vector<bool> done(rules_.rules.size(), false);
    for (const std::size_t first : usable) {
      if (done[first]) continue;
      std::vector<std::size_t> group{first};
      done[first] = true;
      for (std::size_t k = 0; k < group.size(); ++k) {
        for (const std::size_t other : usable) {
          if (done[other] || !share_fields(group[k], other)) continue;
          done[other] = true;
          group.push_back(other);
        }
      }
      std::sort(group.begin(), group.end());
      result.push_back(std::move(group));
    }
    return result;
  }

  bool share_fields(std::size_t a, std::size_t b) const {
    const std::vector<std::string>& names = rules_.rules[b].fields;
    return std::any_of(rules_.rules[a].fields.begin(), rules_.rules[a].fields.end(), [&](const std::string& name) {
      return std::find(names.begin(), names.end(), name) != names.end();
    });
  }

  JointField joint_field(const Field& field, const FieldReading& reading) const {
    JointField joint;
    const auto list = lists_.find(field.name);
    if (options_.confirmed.contains(field.name)) {
      joint.candidates = {{reading.text, 0}};
    } else if (list != lists_.end()) {
      joint.candidates = list->second.candidates;
    } else {
      joint.candidates = text_candidates(field, reading);
    }
    const auto plain = std::find_if(joint.candidates.begin(), joint.candidates.end(),
                                    [&](const TextCandidate& candidate) { return candidate.text == reading.text; });
    joint.plain = static_cast<std::size_t>(plain - joint.candidates.begin());
    if (plain == joint.candidates.end()) {  // read by other means than cell by cell: that alone is known
      joint.candidates = {{reading.text, 0}};
      joint.plain = 0;
    }
    for (const TextCandidate& candidate : joint.candidates) joint.values.push_back(field_value(field, candidate.text));
    const bool unread = std::any_of(reading.cells.begin(), reading.cells.end(),
                                    [](const CellReading& cell) { return cell.status == CellStatus::unread; });
    if (unread && list == lists_.end() && !options_.confirmed.contains(field.name)) {
      joint.candidates = {{reading.text, 0}};
      joint.values = {missing_value("'" + field.name + "' was not read whole", reading.text)};
      joint.plain = 0;
    }
    return joint;
  }

  void read_group(const std::vector<std::size_t>& group) {
    std::vector<std::size_t> fields;  // of the page
    std::vector<JointField> joint;
    std::vector<JointRule> joint_rules;
    for (const std::size_t rule : group) {
      JointRule joint_rule{.rule = &rules_.rules[rule], .fields = {}};
      for (const std::string& name : rules_.rules[rule].fields) {
        const std::size_t field = index_.at(name);
        auto found = std::find(fields.begin(), fields.end(), field);
        if (found == fields.end()) {
          fields.push_back(field);
          joint.push_back(joint_field(*form_.find(name), page_.fields[field]));
          found = fields.end() - 1;
        }
        joint_rule.fields.push_back(static_cast<std::size_t>(found - fields.begin()));
      }
      joint_rules.push_back(std::move(joint_rule));
    }
    double evidence = log_odds(options_.holds);
    bool any_checked = false;
    double margin = 0;
    std::vector<std::size_t> broken;  // of the group, on what the cells say
    for (std::size_t i = 0; i < group.size(); ++i) {
      const JointRule& rule = joint_rules[i];
      const RuleOutcome plain = outcome_of_choice(joint, rule, [&](std::size_t f) { return joint[f].plain; });
      margin = std::max(margin, form_.rules[group[i]].margin);
      if (plain == RuleOutcome::unchecked) continue;
      any_checked = true;
      if (plain == RuleOutcome::broken) broken.push_back(group[i]);
      std::vector<double> digits;
      for (const std::size_t f : rule.fields) digits.push_back(static_cast<double>(length_of(page_.fields[fields[f]])));
      evidence += surprise(rule.rule->root, digits);
    }
    if (!any_checked) return;

    const JointSearchResult found = joint_search(joint, joint_rules);
    double plain_score = 0;
    for (const JointField& field : joint) plain_score += field.candidates[field.plain].log_probability;
    const bool closes = !found.assignments.empty() &&
                        (broken.empty() || found.assignments.front().log_probability + evidence > plain_score);
    if (!closes) {
      keep_broken(broken, found);
      return;
    }
    const Assignment& best = found.assignments.front();
    double closing_mass = 0;
    for (const Assignment& assignment : found.assignments)
      closing_mass += std::exp(assignment.log_probability + evidence);
    for (std::size_t f = 0; f < fields.size(); ++f) {
      double with_text = 0;
      for (const Assignment& assignment : found.assignments) {
        if (assignment.choice[f] == best.choice[f]) with_text += std::exp(assignment.log_probability + evidence);
      }
      const double alone = std::exp(joint[f].candidates[best.choice[f]].log_probability);
      decide(page_.fields[fields[f]], joint[f], best.choice[f], (with_text + alone) / (closing_mass + 1), margin, group,
             broken);
    }
  }

  template <typename Choose>
  static RuleOutcome outcome_of_choice(const std::vector<JointField>& fields, const JointRule& rule, Choose choose) {
    std::vector<Value> values;
    for (const std::size_t f : rule.fields) values.push_back(fields[f].values[choose(f)]);
    return outcome(*rule.rule, values);
  }

  static std::size_t length_of(const FieldReading& reading) {
    return reading.cells.empty() ? std::max<std::size_t>(1, reading.text.size()) : reading.cells.size();
  }

  void decide(FieldReading& reading, const JointField& joint, std::size_t choice, double confidence, double margin,
              const std::vector<std::size_t>& group, const std::vector<std::size_t>& broken) const {
    if (options_.confirmed.contains(reading.name)) return;
    if (choice == joint.plain) {
      if (joint.candidates.size() > 1) reading.confidence = confidence;
      return;
    }
    change(reading, joint.candidates[choice].text, rule_of(reading.name, broken.empty() ? group : broken));
    reading.confidence = confidence;
    if (log_odds(confidence) < margin) {
      mark_doubtful(reading, "changed from '" + *reading.plain + "' so that a rule holds, and that is not sure enough");
    }
  }

  /// The first rule about the field among some.
  std::string rule_of(const std::string& field, const std::vector<std::size_t>& among) const {
    for (const std::size_t rule : among) {
      const std::vector<std::string>& names = rules_.rules[rule].fields;
      if (std::find(names.begin(), names.end(), field) != names.end()) return rules_.rules[rule].text;
    }
    return rules_.rules[among.front()].text;
  }

  void keep_broken(const std::vector<std::size_t>& broken, const JointSearchResult& found) const {
    for (const std::size_t rule : broken) {
      for (const std::string& name : rules_.rules[rule].fields) {
        FieldReading& reading = page_.fields[index_.at(name)];
        if (options_.confirmed.contains(name)) continue;
        mark_doubtful(reading, "the rule " + rules_.rules[rule].text + " is broken" +
                                   (found.complete ? "" : ", and there were too many readings to try them all"));
      }
    }
  }

  const FormTemplate& form_;
  const CompiledRules& rules_;
  PageReading& page_;
  const ApplyRulesOptions& options_;
  const std::map<std::string, ListMatch>& lists_;
  std::map<std::string, std::size_t> index_;  // of each field on the page
};

/// The value of a field of the page, as far as rules are concerned.
inline Value page_value(const FormTemplate& form, PageReading& page, const std::string& name) {
  const FieldReading* reading = find_field(page, name);
  if (reading == nullptr) return missing_value("there is no field '" + name + "'");
  const bool unread = std::any_of(reading->cells.begin(), reading->cells.end(),
                                  [](const CellReading& cell) { return cell.status == CellStatus::unread; });
  if (unread && reading->changed_by.empty()) return missing_value("'" + name + "' was not read whole", reading->text);
  if (reading->status == FieldStatus::crossed) return missing_value("'" + name + "' is crossed out", reading->text);
  const Field* field = form.find(name);
  if (field != nullptr) return field_value(*field, reading->text);
  return field_value({.name = name, .kind = FieldKind::text}, reading->text);
}

inline void add_joined(const FormTemplate& form, PageReading& page) {
  for (const JoinedField& joined : form.joined) {
    if (find_field(page, joined.name) == nullptr) page.fields.push_back(joined_reading(joined, page));
  }
}

/// A page's reason but for what judge_page adds to it.
inline std::string other_reasons(const std::string& reason) {
  std::string others;
  for (std::size_t start = 0; start < reason.size();) {
    const std::size_t end = std::min(reason.find("; ", start), reason.size());
    const std::string part = reason.substr(start, end - start);
    start = end + 2;
    const auto counted = [&](const char* what) {
      return part.ends_with(what) || part.ends_with(what + std::string("s"));
    };
    if (!counted(" doubtful field") && !counted(" broken rule")) others += (others.empty() ? "" : "; ") + part;
  }
  return others;
}

inline void judge_page(PageReading& page, double accept) {
  std::size_t doubtful = 0;
  for (FieldReading& reading : page.fields) {
    const bool unsure = reading.status != FieldStatus::doubtful && reading.confidence < accept;
    if (unsure)
      mark_doubtful(reading, "confidence " + percent_text(reading.confidence) + " is below " + percent_text(accept));
    doubtful += reading.status == FieldStatus::doubtful ? 1 : 0;
  }
  const auto broken = std::count_if(page.rules.begin(), page.rules.end(),
                                    [](const RuleResult& rule) { return rule.outcome == RuleOutcome::broken; });
  if (page.status == PageStatus::refused) return;
  page.reason = other_reasons(page.reason);
  page.status = PageStatus::read;
  const auto count = [](auto number, const std::string& what) {
    return std::to_string(number) + " " + what + (number == 1 ? "" : "s");
  };
  if (doubtful > 0) page.reason += (page.reason.empty() ? "" : "; ") + count(doubtful, "doubtful field");
  if (broken > 0) page.reason += (page.reason.empty() ? "" : "; ") + count(broken, "broken rule");
  if (!page.reason.empty()) page.status = PageStatus::doubtful;
}

}  // namespace detail

INKLING_INLINE FieldReading joined_reading(const JoinedField& joined, const PageReading& page) {
  FieldReading whole{.name = joined.name, .status = FieldStatus::read, .confidence = 1};
  bool any = false, all = true, doubtful = false;
  for (const std::string& name : joined.fields) {
    const FieldReading* part = detail::find_field(page, name);
    if (part == nullptr) continue;
    whole.text += part->text;
    whole.confidence *= part->confidence;
    any = any || !part->text.empty();
    all = all && !part->text.empty();
    doubtful = doubtful || part->status == FieldStatus::doubtful;
  }
  if (!any) whole.status = FieldStatus::empty;
  if (doubtful) detail::mark_doubtful(whole, "one of its parts is doubtful");
  if (any && !all) detail::mark_doubtful(whole, "one of its parts is empty");
  return whole;
}

INKLING_INLINE CompiledRules compile_rules(const FormTemplate& form) {
  std::vector<std::string> names;
  for (const Field& field : form.fields) names.push_back(field.name);
  CompiledRules compiled;
  for (const Rule& rule : form.rules) compiled.rules.push_back(parse_rule(rule.text, names));
  return compiled;
}

INKLING_INLINE void apply_rules(const FormTemplate& form, const CompiledRules& rules, PageReading& page,
                                const ApplyRulesOptions& options) {
  options.check();
  if (rules.rules.size() != form.rules.size()) {
    throw ValueError("expected the rules of the template, " + std::to_string(form.rules.size()) + ", got " +
                     std::to_string(rules.rules.size()));
  }
  std::map<std::string, ListMatch> lists;
  for (const Field& field : form.fields) {
    FieldReading* reading = detail::find_field(page, field.name);
    if (!field.list || reading == nullptr || options.confirmed.contains(field.name)) continue;
    if (reading->status == FieldStatus::empty || reading->status == FieldStatus::crossed) continue;
    ListMatch match = match_list(field, *reading);
    detail::apply_list(field, *reading, match);
    if (match.outside <= 0.5) lists.emplace(field.name, std::move(match));
  }
  detail::JointReader(form, rules, page, options, lists).run();
  detail::add_joined(form, page);
  check_rules(form, rules, page, options.accept);
}

INKLING_INLINE void check_rules(const FormTemplate& form, const CompiledRules& rules, PageReading& page,
                                double accept) {
  page.rules.clear();
  for (const ParsedRule& rule : rules.rules) {
    std::vector<Value> values;
    for (const std::string& name : rule.fields) values.push_back(detail::page_value(form, page, name));
    page.rules.push_back(evaluate(rule, values));
  }
  detail::judge_page(page, accept);
}

}  // namespace inkling::inline INKLING_ABI::form
