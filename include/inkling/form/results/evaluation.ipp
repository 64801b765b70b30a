#pragma once

#include <inkling/core/error.hpp>
#include <inkling/form/results/csv.hpp>
#include <inkling/form/results/evaluation.hpp>
#include <inkling/form/rules/value.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace inkling::inline INKLING_ABI::form {

namespace detail {

inline constexpr double normal_95 = 1.959963984540054;

inline double wilson(const Share& share, double sign) {
  if (share.of == 0) return sign < 0 ? 0 : 1;
  const double n = static_cast<double>(share.of);
  const double p = share.value();
  const double z2 = normal_95 * normal_95;
  const double centre = p + z2 / (2 * n);
  const double spread = normal_95 * std::sqrt(p * (1 - p) / n + z2 / (4 * n * n));
  return std::clamp((centre + sign * spread) / (1 + z2 / n), 0.0, 1.0);
}

inline std::string last_part(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? path : path.substr(slash + 1);
}

/// True when one path ends with the other at the beginning of a part.
inline bool same_file(const std::string& a, const std::string& b) {
  const std::string& longer = a.size() >= b.size() ? a : b;
  const std::string& shorter = a.size() >= b.size() ? b : a;
  if (!longer.ends_with(shorter)) return false;
  return longer.size() == shorter.size() || shorter.starts_with('/') ||
         longer[longer.size() - shorter.size() - 1] == '/';
}

inline std::string compared_text(const Field* field, const std::string& text) {
  static const std::vector<std::string> none;
  const bool number = field != nullptr && (field->kind == FieldKind::digits || field->kind == FieldKind::decimal);
  std::string compared(without_marks(text, number ? field->empty_marks : none));
  // Several marks are "A+C" here and "AC" elsewhere.
  if (field != nullptr && field->kind == FieldKind::choice) std::erase(compared, '+');
  return compared;
}

/// Of UTF-8.
inline std::vector<std::string> characters_of(std::string_view text) {
  std::vector<std::string> characters;
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) & 0xC0U) == 0x80U && !characters.empty())
      characters.back() += c;
    else
      characters.emplace_back(1, c);
  }
  return characters;
}

/// V. I. Levenshtein, 1966; in characters.
inline std::size_t edits(std::string_view a, std::string_view b) {
  const std::vector<std::string> x = characters_of(a), y = characters_of(b);
  std::vector<std::size_t> row(y.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= x.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= y.size(); ++j) {
      const std::size_t cost = std::min({diagonal + (x[i - 1] == y[j - 1] ? 0U : 1U), row[j] + 1, row[j - 1] + 1});
      diagonal = row[j];
      row[j] = cost;
    }
  }
  return row.back();
}

}  // namespace detail

INKLING_INLINE double Share::low() const noexcept {
  return detail::wilson(*this, -1);
}
INKLING_INLINE double Share::high() const noexcept {
  return detail::wilson(*this, 1);
}

INKLING_INLINE std::vector<TruthRow> parse_truth(std::string_view csv, const std::string& source) {
  const CsvTable table = parse_csv(csv, source);
  if (table.rows.empty())
    throw FormatError(source + ": expected a first line with file, field and text, the file is empty");
  const std::size_t file = table.column("file", source);
  const std::size_t field = table.column("field", source);
  const std::size_t text =
      table.column(table.has_column("text") || !table.has_column("answer") ? "text" : "answer", source);
  std::vector<TruthRow> rows;
  for (std::size_t i = 1; i < table.rows.size(); ++i) {
    rows.push_back({.file = table.rows[i][file], .field = table.rows[i][field], .text = table.rows[i][text]});
  }
  return rows;
}

INKLING_INLINE FormEvaluator::FormEvaluator(std::vector<FormTemplate> forms, std::vector<TruthRow> truth)
    : forms_(std::move(forms)), truth_(std::move(truth)), found_(truth_.size(), false) {
  for (std::size_t i = 0; i < truth_.size(); ++i) by_name_.emplace(detail::last_part(truth_[i].file), i);
}

INKLING_INLINE const FormTemplate* FormEvaluator::form_of(const std::string& name) const {
  for (const FormTemplate& form : forms_) {
    if (form.name == name) return &form;
  }
  return nullptr;
}

INKLING_INLINE void FormEvaluator::add(const PageReading& page) {
  const FormTemplate* form = form_of(page.form);
  const auto [first, last] = by_name_.equal_range(detail::last_part(page.file));
  for (auto at = first; at != last; ++at) {
    const TruthRow& row = truth_[at->second];
    if (found_[at->second] || !detail::same_file(row.file, page.file)) continue;
    const auto field = std::find_if(page.fields.begin(), page.fields.end(),
                                    [&](const FieldReading& reading) { return reading.name == row.field; });
    if (field == page.fields.end()) continue;
    const Field* kind = form == nullptr ? nullptr : form->find(row.field);
    const std::string expected = detail::compared_text(kind, row.text);
    const std::string got = detail::compared_text(kind, field->text);
    scored_.push_back({.file = page.file,
                       .field = row.field,
                       .expected = expected,
                       .got = got,
                       .status = field->status,
                       .confidence = field->confidence,
                       .right = expected == got,
                       .decided = !field->decided_by.empty()});
    found_[at->second] = true;
  }
}

INKLING_INLINE FormEvaluation FormEvaluator::result() const {
  std::vector<ScoredField> scored = scored_;
  for (std::size_t i = 0; i < truth_.size(); ++i) {
    if (found_[i]) continue;
    scored.push_back({.file = truth_[i].file,
                      .field = truth_[i].field,
                      .expected = truth_[i].text,
                      .status = FieldStatus::doubtful});
  }
  const std::size_t missing = scored.size() - scored_.size();
  FormEvaluation result = evaluation_of(std::move(scored));
  result.missing = missing;
  return result;
}

INKLING_INLINE FormEvaluation evaluation_of(std::vector<ScoredField> scored) {
  FormEvaluation result{.scored = std::move(scored)};
  for (const ScoredField& field : result.scored) {
    const auto count = [&](Share& share, bool right) {
      ++share.of;
      share.right += right ? 1 : 0;
    };
    count(result.fields, field.right);
    count(result.by_field[field.field], field.right);
    count(result.called_read, field.status != FieldStatus::doubtful);
    if (field.status != FieldStatus::doubtful) count(result.right_of_read, field.right);
    if (field.decided) count(result.decided, field.right);
    const std::size_t length = detail::characters_of(field.expected).size();
    result.characters.of += length;
    result.characters.right += length - std::min(length, detail::edits(field.expected, field.got));
  }

  std::vector<const ScoredField*> order;
  for (const ScoredField& field : result.scored) order.push_back(&field);
  std::stable_sort(order.begin(), order.end(),
                   [](const ScoredField* a, const ScoredField* b) { return a->confidence > b->confidence; });
  for (const double error : {0.005, 0.01, 0.02}) {
    result.accepted.push_back({.error = error, .fields = {.of = order.size(), .right = 0}});
  }
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    wrong += order[i]->right ? 0 : 1;
    // Fields of one confidence are accepted together or not at all.
    if (i + 1 < order.size() && order[i + 1]->confidence == order[i]->confidence) continue;
    const std::size_t accepted = i + 1;
    for (AcceptedShare& share : result.accepted) {
      if (static_cast<double>(wrong) > share.error * static_cast<double>(accepted)) continue;
      share.fields.right = accepted;
      share.wrong = wrong;
      share.confidence = order[i]->confidence;
    }
    result.curve.push_back({.confidence = order[i]->confidence,
                            .accepted = {.of = order.size(), .right = accepted},
                            .right = {.of = accepted, .right = accepted - wrong}});
  }
  return result;
}

}  // namespace inkling::inline INKLING_ABI::form
