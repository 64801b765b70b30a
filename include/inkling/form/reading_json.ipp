#pragma once

#include <inkling/core/error.hpp>
#include <inkling/form/reading_json.hpp>

#include <nlohmann/json.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>

namespace inkling::inline INKLING_ABI::form {

namespace detail {

using ReadingJson = nlohmann::ordered_json;

inline constexpr std::array<std::string_view, 5> cell_status_names{"read", "empty", "crossed", "corrected", "unread"};
inline constexpr std::array<std::string_view, 5> field_status_names{"read", "empty", "crossed", "corrected",
                                                                    "doubtful"};
inline constexpr std::array<std::string_view, 3> page_status_names{"read", "doubtful", "refused"};

template <typename Status, std::size_t N>
Status status_of(const std::array<std::string_view, N>& names, std::string_view name) {
  std::string all;
  for (std::size_t i = 0; i < N; ++i) {
    if (names[i] == name) return static_cast<Status>(i);
    all += (all.empty() ? "" : ", ") + std::string(names[i]);
  }
  throw FormatError("expected a status, one of " + all + ", got '" + std::string(name) + "'");
}

inline std::string dumped(const ReadingJson& json) {
  return json.dump(-1, ' ', false, ReadingJson::error_handler_t::replace);
}

/// Six digits are more than any confidence is worth.
inline double rounded(double value) {
  return std::isfinite(value) ? std::round(value * 1e6) / 1e6 : 0;
}

inline ReadingJson place_to_json(const Quad& place) {
  ReadingJson json = ReadingJson::array();
  if (is_upright(place)) {
    for (const double number : {place[0].x, place[0].y, place[2].x - place[0].x, place[2].y - place[0].y}) {
      json.push_back(std::round(number * 100) / 100);
    }
    return json;
  }
  for (const Point& corner : place) {
    json.push_back(std::round(corner.x * 100) / 100);
    json.push_back(std::round(corner.y * 100) / 100);
  }
  return json;
}

inline Quad place_from_json(const ReadingJson& json) {
  if (json.size() == 4) {
    return upright(json[0].get<double>(), json[1].get<double>(), json[2].get<double>(), json[3].get<double>());
  }
  Quad place;
  for (std::size_t i = 0; i < 4; ++i) place[i] = {json.at(2 * i).get<double>(), json.at(2 * i + 1).get<double>()};
  return place;
}

inline ReadingJson candidates_to_json(const std::vector<Candidate>& candidates) {
  ReadingJson json = ReadingJson::array();
  for (const Candidate& candidate : candidates) {
    json.push_back({{"label", candidate.label}, {"probability", rounded(candidate.probability)}});
  }
  return json;
}

inline std::vector<Candidate> candidates_from_json(const ReadingJson& json) {
  std::vector<Candidate> candidates;
  for (const ReadingJson& entry : json) {
    candidates.push_back({entry.at("label").get<std::string>(), entry.at("probability").get<double>()});
  }
  return candidates;
}

inline ReadingJson field_to_json(const FieldReading& reading);
inline FieldReading field_from_json(const std::string& name, const ReadingJson& json);

inline void add_cells(const FieldReading& reading, ReadingJson& json) {
  if (!reading.cells.empty()) json["cells"] = ReadingJson::array();
  for (const CellReading& cell : reading.cells) {
    ReadingJson entry{{"status", name_of(cell.status)}, {"box", place_to_json(cell.place)}, {"ink", rounded(cell.ink)}};
    if (!cell.candidates.empty()) entry["candidates"] = candidates_to_json(cell.candidates);
    json["cells"].push_back(std::move(entry));
  }
  if (!reading.alternatives.empty()) json["alternatives"] = candidates_to_json(reading.alternatives);
  for (const std::vector<FieldReading>& row : reading.rows) {
    ReadingJson fields = ReadingJson::object();
    for (const FieldReading& field : row) fields[field.name] = field_to_json(field);
    json["rows"].push_back(std::move(fields));
  }
}

inline void take_cells(const ReadingJson& json, FieldReading& reading, int depth = 0) {
  if (depth > 3) throw FormatError("a reading whose tables are nested too deeply");
  if (const auto cells = json.find("cells"); cells != json.end()) {
    for (const ReadingJson& entry : *cells) {
      CellReading cell{.candidates = {},
                       .status = status_of<CellStatus>(cell_status_names, entry.at("status").get<std::string>()),
                       .place = place_from_json(entry.at("box")),
                       .ink = entry.value("ink", 0.0)};
      if (entry.contains("candidates")) cell.candidates = candidates_from_json(entry["candidates"]);
      reading.cells.push_back(std::move(cell));
    }
  }
  if (json.contains("alternatives")) reading.alternatives = candidates_from_json(json["alternatives"]);
  if (const auto rows = json.find("rows"); rows != json.end()) {
    for (const ReadingJson& row : *rows) {
      std::vector<FieldReading> fields;
      for (const auto& [name, field] : row.items()) {
        fields.push_back(field_from_json(name, field));
        take_cells(field, fields.back(), depth + 1);
      }
      reading.rows.push_back(std::move(fields));
    }
  }
}

inline ReadingJson field_to_json(const FieldReading& reading) {
  ReadingJson json{
      {"text", reading.text}, {"status", name_of(reading.status)}, {"confidence", rounded(reading.confidence)}};
  if (reading.plain) json["plain"] = *reading.plain;
  if (!reading.changed_by.empty()) json["changed_by"] = reading.changed_by;
  if (!reading.decided_by.empty()) json["decided_by"] = reading.decided_by;
  if (!reading.reason.empty()) json["reason"] = reading.reason;
  add_cells(reading, json);
  return json;
}

inline FieldReading field_from_json(const std::string& name, const ReadingJson& json) {
  FieldReading reading{.name = name, .text = json.at("text").get<std::string>()};
  reading.status = field_status(json.at("status").get<std::string>());
  reading.confidence = json.at("confidence").get<double>();
  if (json.contains("plain")) reading.plain = json["plain"].get<std::string>();
  reading.changed_by = json.value("changed_by", "");
  reading.decided_by = json.value("decided_by", "");
  reading.reason = json.value("reason", "");
  return reading;
}

inline ReadingJson rules_to_json(const PageReading& page) {
  ReadingJson json = ReadingJson::array();
  for (const RuleResult& rule : page.rules) {
    ReadingJson entry{{"rule", rule.rule}, {"holds", nullptr}};  // null: cannot be checked
    if (rule.outcome != RuleOutcome::unchecked) entry["holds"] = rule.outcome == RuleOutcome::holds;
    if (!rule.reason.empty()) entry["reason"] = rule.reason;
    json.push_back(std::move(entry));
  }
  return json;
}

inline void rules_from_json(const ReadingJson& json, PageReading& page) {
  for (const ReadingJson& entry : json) {
    RuleResult rule{.rule = entry.at("rule").get<std::string>(), .reason = entry.value("reason", "")};
    const ReadingJson& holds = entry.at("holds");
    if (!holds.is_null()) rule.outcome = holds.get<bool>() ? RuleOutcome::holds : RuleOutcome::broken;
    page.rules.push_back(std::move(rule));
  }
}

template <typename Work>
void read_json(std::string_view text, Work work) {
  try {
    work(ReadingJson::parse(text.begin(), text.end()));
  } catch (const nlohmann::json::exception& error) {
    throw FormatError(std::string("a reading that is not as expected: ") + error.what());
  }
}

}  // namespace detail

INKLING_INLINE std::string_view name_of(CellStatus status) noexcept {
  return detail::cell_status_names[static_cast<std::size_t>(status)];
}
INKLING_INLINE std::string_view name_of(FieldStatus status) noexcept {
  return detail::field_status_names[static_cast<std::size_t>(status)];
}
INKLING_INLINE std::string_view name_of(PageStatus status) noexcept {
  return detail::page_status_names[static_cast<std::size_t>(status)];
}
INKLING_INLINE FieldStatus field_status(std::string_view name) {
  return detail::status_of<FieldStatus>(detail::field_status_names, name);
}
INKLING_INLINE PageStatus page_status(std::string_view name) {
  return detail::status_of<PageStatus>(detail::page_status_names, name);
}

INKLING_INLINE std::string cells_text(const FieldReading& reading) {
  detail::ReadingJson json = detail::ReadingJson::object();
  detail::add_cells(reading, json);
  return detail::dumped(json);
}
INKLING_INLINE void parse_cells(std::string_view text, FieldReading& reading) {
  detail::read_json(text, [&](const detail::ReadingJson& json) { detail::take_cells(json, reading); });
}

INKLING_INLINE std::string rules_text(const PageReading& page) {
  return detail::dumped(detail::rules_to_json(page));
}
INKLING_INLINE void parse_rules(std::string_view text, PageReading& page) {
  detail::read_json(text, [&](const detail::ReadingJson& json) { detail::rules_from_json(json, page); });
}

INKLING_INLINE std::string reading_line(const PageReading& page) {
  using detail::ReadingJson;
  ReadingJson json{{"file", page.file}, {"page", page.page}, {"form", nullptr}};
  if (!page.form.empty()) json["form"] = page.form;
  if (!page.edition.empty()) json["edition"] = page.edition;
  json["status"] = name_of(page.status);
  if (!page.reason.empty()) json["reason"] = page.reason;
  if (page.registration) {
    json["registration"] = {{"residual", detail::rounded(page.registration->residual)},
                            {"coverage", detail::rounded(page.registration->coverage)}};
  }
  json["fields"] = ReadingJson::object();
  for (const FieldReading& field : page.fields) json["fields"][field.name] = detail::field_to_json(field);
  json["rules"] = detail::rules_to_json(page);
  return detail::dumped(json);
}

INKLING_INLINE PageReading parse_reading(std::string_view line) {
  PageReading page;
  detail::read_json(line, [&](const detail::ReadingJson& json) {
    page.file = json.at("file").get<std::string>();
    page.page = json.at("page").get<int>();
    if (json.contains("form") && json["form"].is_string()) page.form = json["form"].get<std::string>();
    page.edition = json.value("edition", "");
    page.status = page_status(json.at("status").get<std::string>());
    page.reason = json.value("reason", "");
    if (json.contains("registration")) {
      page.registration = RegistrationQuality{.residual = json["registration"].at("residual").get<double>(),
                                              .coverage = json["registration"].at("coverage").get<double>()};
    }
    for (const auto& [name, field] : json.at("fields").items()) {
      page.fields.push_back(detail::field_from_json(name, field));
      detail::take_cells(field, page.fields.back());
    }
    detail::rules_from_json(json.at("rules"), page);
  });
  return page;
}

}  // namespace inkling::inline INKLING_ABI::form
