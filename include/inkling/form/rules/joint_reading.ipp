#pragma once

#include <inkling/core/range.hpp>
#include <inkling/form/rules/detail/linear_form.hpp>
#include <inkling/form/rules/evaluate.hpp>
#include <inkling/form/rules/joint_reading.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <queue>
#include <unordered_map>
#include <utility>

namespace inkling::inline INKLING_ABI::form {

INKLING_INLINE void JointSearchOptions::check() const {
  in_range("JointSearchOptions::assignments", assignments, {1, 1e6});
  in_range("JointSearchOptions::depth", depth, {0, 1e6});
  in_range("JointSearchOptions::spread", spread, {0, 1e6});
  in_range("JointSearchOptions::steps", steps, {1, 1e9});
}

namespace detail {

/// Searches all assignments that cost no more than `depth` nats more than the best choice of every field.
class JointSearch {
 public:
  JointSearch(std::span<const JointField> fields, std::span<const JointRule> rules, double depth,
              const JointSearchOptions& options)
      : fields_(fields), rules_(rules), depth_(depth), options_(options) {
    for (const JointField& field : fields_) {
      std::size_t count = 0;
      while (count < field.candidates.size() && cost(field, count) <= depth_) ++count;
      counts_.push_back(count);
    }
    order_fields();
    for (std::size_t i = 0; i < rules_.size(); ++i) prepare(i);
    chosen_.assign(order_.size(), 0);
  }

  JointSearchResult run() {
    JointSearchResult result;
    expand(root, 0);
    double best = 0;
    for (std::size_t step = 0; !heap_.empty(); ++step) {
      if (step == options_.steps) {
        result.complete = false;
        break;
      }
      const Entry entry = heap_.top();
      heap_.pop();
      if (!result.assignments.empty() && entry.total > best + options_.spread) break;
      if (nodes_[entry.node].level + 1 < order_.size()) {
        expand(entry.node, nodes_[entry.node].level + 1);
        continue;
      }
      if (result.assignments.empty()) best = entry.total;
      result.assignments.push_back(assignment(entry.node));
      if (result.assignments.size() == options_.assignments) break;
    }
    return result;
  }

 private:
  static constexpr std::size_t root = std::numeric_limits<std::size_t>::max();

  /// The fields up to `level`, in the order of the search, are chosen; `choice` is the last one's.
  struct Node {
    std::size_t parent = root;
    std::size_t level = 0;
    std::size_t choice = 0;
    double cost = 0;  // of all choices
  };
  struct Entry {
    double total = 0;  // cost so far and the estimate of the rest
    std::size_t node = 0;

    bool operator<(const Entry& other) const {  // the heap's top is the cheapest, then the oldest
      return total != other.total ? total > other.total : node > other.node;
    }
  };
  /// What a rule needs during the search.
  struct Plan {
    std::vector<std::size_t> levels = {};     // of its fields in the order of the search, ascending
    std::vector<std::size_t> positions = {};  // of these among the rule's own fields
    RuleOutcome plain = RuleOutcome::unchecked;
    std::optional<LinearForm> linear = {};
    /// tables[k][r]: the least cost of the fields from the k-th on so that they add up to r; for k from first_table on.
    std::vector<std::unordered_map<std::int64_t, double>> tables = {};
    std::size_t first_table = 0;
  };

  static double cost(const JointField& field, std::size_t choice) {
    return field.candidates.front().log_probability - field.candidates[choice].log_probability;
  }

  /// Rules with few fields first, so that they close early.
  void order_fields() {
    std::vector<std::size_t> by_size(rules_.size());
    for (std::size_t i = 0; i < by_size.size(); ++i) by_size[i] = i;
    std::stable_sort(by_size.begin(), by_size.end(),
                     [&](std::size_t a, std::size_t b) { return rules_[a].fields.size() < rules_[b].fields.size(); });
    level_.assign(fields_.size(), root);
    const auto append = [&](std::size_t field) {
      if (level_[field] != root) return;
      level_[field] = order_.size();
      order_.push_back(field);
    };
    for (const std::size_t i : by_size) {
      for (const std::size_t field : rules_[i].fields) append(field);
    }
    for (std::size_t field = 0; field < fields_.size(); ++field) append(field);
    closing_.resize(order_.size());
  }

  void prepare(std::size_t index) {
    const JointRule& rule = rules_[index];
    Plan plan;
    std::vector<std::pair<std::size_t, std::size_t>> places;
    std::vector<Value> values;
    for (std::size_t i = 0; i < rule.fields.size(); ++i) {
      places.emplace_back(level_[rule.fields[i]], i);
      values.push_back(fields_[rule.fields[i]].values[fields_[rule.fields[i]].plain]);
    }
    plan.plain = outcome(*rule.rule, values);
    std::sort(places.begin(), places.end());
    for (const auto& [level, position] : places) {
      plan.levels.push_back(level);
      plan.positions.push_back(position);
    }
    if (plan.plain != RuleOutcome::unchecked) plan.linear = whole_numbers(linear_equation(*rule.rule));
    if (plan.linear) tabulate(rule, plan);
    closing_[plan.levels.empty() ? 0 : plan.levels.back()].push_back(plans_.size());
    plans_.push_back(std::move(plan));
  }

  static bool is_whole(double value) { return value == std::floor(value) && std::abs(value) < 1e12; }
  static std::optional<LinearForm> whole_numbers(std::optional<LinearForm> form) {
    if (!form || !is_whole(form->constant)) return std::nullopt;
    for (const double coefficient : form->coefficients) {
      if (!is_whole(coefficient) || std::abs(coefficient) > 1e6) return std::nullopt;
    }
    return form;
  }

  std::optional<std::int64_t> term(const JointRule& rule, const Plan& plan, std::size_t k, std::size_t choice) const {
    const Value& value = fields_[rule.fields[plan.positions[k]]].values[choice];
    if (value.missing || value.is_text || !value.number || !is_whole(*value.number)) return std::nullopt;
    return static_cast<std::int64_t>(plan.linear->coefficients[plan.positions[k]]) *
           static_cast<std::int64_t>(*value.number);
  }

  /// From the last field to the first. Stops where it would take too long: the search then has no estimate there.
  void tabulate(const JointRule& rule, Plan& plan) const {
    constexpr std::size_t most = 1000000;
    const std::size_t count = plan.levels.size();
    for (std::size_t i = 0; i < count; ++i) {  // decimals are left to the search
      for (std::size_t c = 0; c < counts_[rule.fields[i]]; ++c) {
        const Value& value = fields_[rule.fields[i]].values[c];
        if (value.is_text || (value.number && !is_whole(*value.number))) {
          plan.linear.reset();
          return;
        }
      }
    }
    plan.tables.resize(count + 1);
    plan.tables[count][0] = 0;
    for (std::size_t k = count; k-- > 0;) {
      const std::size_t field = rule.fields[plan.positions[k]];
      plan.first_table = k + 1;
      if (plan.tables[k + 1].size() * counts_[field] > most) return;
      for (std::size_t choice = 0; choice < counts_[field]; ++choice) {
        const auto part = term(rule, plan, k, choice);
        if (!part) continue;
        const double here = cost(fields_[field], choice);
        for (const auto& [rest, cost_of_rest] : plan.tables[k + 1]) {
          if (here + cost_of_rest > depth_) continue;
          const auto [at, is_new] = plan.tables[k].try_emplace(rest + *part, here + cost_of_rest);
          if (!is_new) at->second = std::min(at->second, here + cost_of_rest);
        }
      }
    }
    plan.first_table = 0;
  }

  /// Fills chosen_ with the choices on the way to a node.
  void follow(std::size_t node) {
    for (; node != root; node = nodes_[node].parent) chosen_[nodes_[node].level] = nodes_[node].choice;
  }

  /// A lower bound of the cost of what is not chosen yet, levels up to `level` being in chosen_; nothing when no choice
  /// can satisfy the rules.
  std::optional<double> estimate(std::size_t level) const {
    double most = 0;
    for (std::size_t i = 0; i < plans_.size(); ++i) {
      const Plan& plan = plans_[i];
      if (!plan.linear) continue;
      const auto done = static_cast<std::size_t>(std::upper_bound(plan.levels.begin(), plan.levels.end(), level) -
                                                 plan.levels.begin());
      if (done < plan.first_table) continue;
      std::int64_t sum = static_cast<std::int64_t>(plan.linear->constant);
      for (std::size_t k = 0; k < done; ++k) {
        const auto part = term(rules_[i], plan, k, chosen_[plan.levels[k]]);
        if (!part) return std::nullopt;  // missing, where the cells say something
        sum += *part;
      }
      const auto found = plan.tables[done].find(-sum);
      if (found == plan.tables[done].end()) return std::nullopt;
      most = std::max(most, found->second);
    }
    return most;
  }

  bool satisfied(std::size_t level) {
    for (const std::size_t i : closing_[level]) {
      values_.clear();
      for (const std::size_t field : rules_[i].fields) values_.push_back(fields_[field].values[chosen_[level_[field]]]);
      const RuleOutcome now = outcome(*rules_[i].rule, values_);
      if (now == RuleOutcome::broken) return false;
      if (now == RuleOutcome::unchecked && plans_[i].plain != RuleOutcome::unchecked) return false;
    }
    return true;
  }

  /// Every way to choose the field of `level` below a node that may satisfy the rules.
  void expand(std::size_t parent, std::size_t level) {
    follow(parent);
    const JointField& field = fields_[order_[level]];
    const double before = parent == root ? 0 : nodes_[parent].cost;
    for (std::size_t choice = 0; choice < counts_[order_[level]]; ++choice) {
      const double here = before + cost(field, choice);
      if (here > depth_) return;
      chosen_[level] = choice;
      const auto rest = estimate(level);
      if (!rest || here + *rest > depth_ || !satisfied(level)) continue;
      nodes_.push_back({.parent = parent, .level = level, .choice = choice, .cost = here});
      heap_.push({.total = here + *rest, .node = nodes_.size() - 1});
    }
  }

  Assignment assignment(std::size_t node) {
    follow(node);
    Assignment result{.choice = std::vector<std::size_t>(fields_.size(), 0), .log_probability = 0};
    for (std::size_t field = 0; field < fields_.size(); ++field) {
      result.choice[field] = chosen_[level_[field]];
      result.log_probability += fields_[field].candidates[result.choice[field]].log_probability;
    }
    return result;
  }

  std::span<const JointField> fields_;
  std::span<const JointRule> rules_;
  double depth_;
  JointSearchOptions options_;
  std::vector<std::size_t> counts_;                // candidates of each field within the depth
  std::vector<std::size_t> order_;                 // fields in the order of the search
  std::vector<std::size_t> level_;                 // of each field in it
  std::vector<Plan> plans_;                        // one for each rule
  std::vector<std::vector<std::size_t>> closing_;  // rules whose last field is that of a level
  std::vector<Node> nodes_;
  std::priority_queue<Entry> heap_;
  std::vector<std::size_t> chosen_;  // by level
  std::vector<Value> values_;
};

}  // namespace detail

INKLING_INLINE JointSearchResult joint_search(std::span<const JointField> fields, std::span<const JointRule> rules,
                                              const JointSearchOptions& options) {
  options.check();
  JointSearchResult result;
  double plain = 0;  // the most probable choice of all
  for (const JointField& field : fields) {
    if (field.candidates.empty()) return result;
    plain += field.candidates.front().log_probability;
  }
  // What is cheap is found in a small space; only what is not needs a larger one.
  constexpr double near = 12;
  for (const double depth : {std::min(near, options.depth), options.depth}) {
    result = detail::JointSearch(fields, rules, depth, options).run();
    if (result.assignments.empty()) continue;
    const double reach = plain - result.assignments.front().log_probability + options.spread;
    if (reach > depth) result = detail::JointSearch(fields, rules, reach, options).run();
    return result;
  }
  return result;
}

}  // namespace inkling::inline INKLING_ABI::form
