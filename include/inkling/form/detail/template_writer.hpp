#pragma once

#include <inkling/core/config.hpp>
#include <inkling/form/detail/template_names.hpp>
#include <inkling/form/template_file.hpp>

#include <nlohmann/json.hpp>

#include <cmath>
#include <cstdint>

namespace inkling::inline INKLING_ABI::form::detail {

inline Json number_json(double number) {
  if (number == std::floor(number) && std::abs(number) < 1e15) return static_cast<std::int64_t>(number);
  return number;
}

inline Json place_json(const Quad& quad, bool as_quad) {
  Json json = Json::array();
  if (as_quad) {
    for (const Point& corner : quad) {
      json.push_back(number_json(corner.x));
      json.push_back(number_json(corner.y));
    }
  } else {
    for (const double number : {quad[0].x, quad[0].y, quad[2].x - quad[0].x, quad[2].y - quad[0].y}) {
      json.push_back(number_json(number));
    }
  }
  return json;
}

inline Json field_json(const Field& field) {
  Json json{{"name", field.name}, {"kind", name_of(field.kind)}};
  const bool quad = field.by_quad || !is_upright(field.place);
  json[quad ? "quad" : "box"] = place_json(field.place, quad);
  if (!field.cells.empty()) {
    json["cells"] = Json::array();
    for (const Cell& cell : field.cells) {
      const bool tilted = !is_upright(cell.place);
      if (cell.value.empty()) {
        json["cells"].push_back(place_json(cell.place, tilted));
      } else {
        json["cells"].push_back({{tilted ? "quad" : "box", place_json(cell.place, tilted)}, {"value", cell.value}});
      }
    }
  } else if (field.even_cells > 0) {
    json["cells"] = field.even_cells;
  }
  const Field usual;
  if (field.style != usual.style) json["style"] = name_of_style(field.style);
  if (!field.charset.empty()) json["charset"] = field.charset;
  if (!field.pattern.empty()) json["pattern"] = field.pattern;
  if (!field.format.empty()) json["format"] = field.format;
  if (field.decimals >= 0) json["decimals"] = field.decimals;
  if (field.many) json["many"] = true;
  if (field.required) json["required"] = true;
  if (field.fill_cancels) json["fill_cancels"] = true;
  if (field.empty_marks != usual.empty_marks) json["empty_marks"] = field.empty_marks;
  if (field.list) {
    Json& values = json["values"];
    values[field.list->file.empty() ? "list" : "file"] =
        field.list->file.empty() ? Json(field.list->values) : Json(field.list->file);
    values["margin"] = field.list->margin;
  }
  for (const Column& column : field.columns) {
    Json entry{{"name", column.name}, {"kind", name_of(column.kind)}};
    if (!column.charset.empty()) entry["charset"] = column.charset;
    if (column.cells > 0) entry["cells"] = column.cells;
    json["columns"].push_back(std::move(entry));
  }
  if (field.rows > 0) json["rows"] = field.rows;
  return json;
}

inline Json rule_json(const Rule& rule) {
  const Rule usual;
  if (rule.use == usual.use && rule.margin == usual.margin) return rule.text;
  Json json{{"rule", rule.text}, {"use", rule.use == Rule::Use::check ? "check" : "decide"}};
  if (rule.margin != usual.margin) json["margin"] = rule.margin;
  return json;
}

inline Json page_json(const PageTemplate& page) {
  Json json{{"width", number_json(page.width)}, {"height", number_json(page.height)}};
  if (!page.image.empty()) json["image"] = page.image;
  if (page.filled) json["filled"] = true;
  if (!page.print.empty()) json["print"] = page.print;
  if (page.dpi > 0) json["dpi"] = number_json(page.dpi);
  if (page.frame != Frame::picture) json["frame"] = frame_names[static_cast<std::size_t>(page.frame)];
  if (!page.marker.empty()) json["marker"] = page.marker;
  return json;
}

}  // namespace inkling::inline INKLING_ABI::form::detail
