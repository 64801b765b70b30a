#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/form/detail/template_names.hpp>
#include <inkling/form/detail/template_text.hpp>
#include <inkling/form/rules/expression.hpp>
#include <inkling/form/template_file.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI::form::detail {

/// Turns JSON into a template. Knows where it is, so that every message can say it.
class TemplateReader {
 public:
  TemplateReader(std::string_view text, const std::string& source) : text_(text), source_(source) {}

  ParsedTemplate read() {
    Json json;
    try {
      TemplateShape shape;
      Json::sax_parse(text_.begin(), text_.end(), &shape);
      if (!shape.problem.empty()) fail("", shape.problem);
      json = Json::parse(text_.begin(), text_.end());
    } catch (const nlohmann::json::exception& error) {
      throw FormatError(source_ + ": not JSON: " + after_tag(error.what()));
    }
    if (!json.is_object()) fail("", "expected an object such as {\"inkling_form\": 1, …}, got " + shown(json));
    read_version(json);
    known_keys(json, "", {"inkling_form", "name", "edition", "page", "fields", "joined", "rules", "sheet"});
    result_.form.name = text_at(required(json, "", "name"), "/name", "\"name\"");
    if (result_.form.name.empty()) fail("/name", "\"name\": expected a name, got an empty text");
    if (const Json* edition = find(json, "edition"))
      result_.form.edition = text_at(*edition, "/edition", "\"edition\"");
    read_page(required(json, "", "page"));
    read_fields(required(json, "", "fields"));
    if (const Json* joined = find(json, "joined")) read_joined(*joined);
    if (const Json* rules = find(json, "rules")) read_rules(*rules);
    if (const Json* sheet = find(json, "sheet")) read_sheet(*sheet);
    return std::move(result_);
  }

 private:
  static std::string after_tag(
      const std::string& what) {  // "[json.exception.parse_error.101] parse error at line 1, …"
    const std::size_t end = what.find("] ");
    return end == std::string::npos ? what : what.substr(end + 2);
  }

  std::string at(const std::string& path) const {
    std::string place = source_ + ":" + std::to_string(line_of(text_, path)) + ": ";
    if (!subject_.empty()) place += subject_ + ": ";
    return place;
  }
  [[noreturn]] void fail(const std::string& path, const std::string& what) const { throw FormatError(at(path) + what); }
  void warn(const std::string& path, const std::string& what) { result_.warnings.push_back(at(path) + what); }

  static const Json* find(const Json& object, const char* key) {
    const auto found = object.find(key);
    return found == object.end() ? nullptr : &*found;
  }
  const Json& required(const Json& object, const std::string& path, const char* key) const {
    const Json* found = find(object, key);
    if (found == nullptr) fail(path, "expected a \"" + std::string(key) + "\", found none");
    return *found;
  }
  void known_keys(const Json& object, const std::string& path, std::initializer_list<std::string_view> keys) {
    for (const auto& [key, value] : object.items()) {
      if (std::find(keys.begin(), keys.end(), key) != keys.end() || key.starts_with("_")) continue;
      warn(path + "/" + escaped(key), "\"" + key + "\" is not known and was left out of account");
    }
  }
  static std::string escaped(const std::string& key) {
    return (nlohmann::json::json_pointer() / key).to_string().substr(1);
  }

  std::string text_at(const Json& value, const std::string& path, const std::string& what) const {
    if (!value.is_string()) fail(path, what + ": expected a text, got " + shown(value));
    return value.get<std::string>();
  }
  double number_at(const Json& value, const std::string& path, const std::string& what) const {
    if (!value.is_number()) fail(path, what + ": expected a number, got " + shown(value));
    const auto number = value.get<double>();
    if (!std::isfinite(number) || std::abs(number) > 1e9) fail(path, what + ": too large: " + shown(value));
    return number;
  }
  double positive_at(const Json& value, const std::string& path, const std::string& what) const {
    const double number = number_at(value, path, what);
    if (number <= 0) fail(path, what + ": expected a number above 0, got " + shown(value));
    return number;
  }
  std::size_t count_at(const Json& value, const std::string& path, const std::string& what, std::size_t most) const {
    if (!value.is_number_integer() || value < 1 || value > most) {
      fail(path, what + ": expected a whole number from 1 to " + std::to_string(most) + ", got " + shown(value));
    }
    return value.get<std::size_t>();
  }
  bool truth_at(const Json& value, const std::string& path, const std::string& what) const {
    if (!value.is_boolean()) fail(path, what + ": expected true or false, got " + shown(value));
    return value.get<bool>();
  }
  std::vector<std::string> texts_at(const Json& value, const std::string& path, const std::string& what) const {
    if (!value.is_array()) fail(path, what + ": expected a list of texts, got " + shown(value));
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < value.size(); ++i) {
      texts.push_back(text_at(value[i], path + "/" + std::to_string(i), what));
    }
    return texts;
  }

  void read_version(const Json& json) const {
    const Json& version = required(json, "", "inkling_form");
    if (!version.is_number_integer() || version < 1) {
      fail("/inkling_form",
           "\"inkling_form\": expected the version of the format, a whole number, got " + shown(version));
    }
    if (version > template_version) {
      fail("/inkling_form", "\"inkling_form\": this program reads versions up to " + std::to_string(template_version) +
                                ", the file has version " + shown(version));
    }
  }

  void read_page(const Json& json) {
    subject_ = "page";
    if (!json.is_object()) fail("/page", "expected an object with width and height, got " + shown(json));
    known_keys(json, "/page", {"width", "height", "image", "filled", "print", "dpi", "frame", "marker"});
    PageTemplate& page = result_.form.page;
    page.width = positive_at(required(json, "/page", "width"), "/page/width", "\"width\"");
    page.height = positive_at(required(json, "/page", "height"), "/page/height", "\"height\"");
    if (page.width > 1e5 || page.height > 1e5) fail("/page/width", "expected sides up to 100000 pixels");
    if (const Json* image = find(json, "image")) page.image = text_at(*image, "/page/image", "\"image\"");
    if (const Json* filled = find(json, "filled")) page.filled = truth_at(*filled, "/page/filled", "\"filled\"");
    if (const Json* print = find(json, "print")) page.print = text_at(*print, "/page/print", "\"print\"");
    if (const Json* dpi = find(json, "dpi")) page.dpi = positive_at(*dpi, "/page/dpi", "\"dpi\"");
    if (const Json* frame = find(json, "frame")) page.frame = frame_at(*frame);
    if (const Json* marker = find(json, "marker")) page.marker = text_at(*marker, "/page/marker", "\"marker\"");
    subject_.clear();
  }

  Frame frame_at(const Json& value) const {
    const std::string name = text_at(value, "/page/frame", "\"frame\"");
    for (std::size_t i = 0; i < frame_names.size(); ++i) {
      if (frame_names[i] == name) return static_cast<Frame>(i);
    }
    fail("/page/frame", "\"frame\": expected picture, page or markers, got " + shown(value));
  }

  /// [x, y, width, height], or eight numbers: four corners.
  Quad place_at(const Json& value, const std::string& path, const std::string& what, bool corners) const {
    const std::size_t count = corners ? 8 : 4;
    const std::string expected =
        what + (corners ? ": expected eight numbers, four corners clockwise from the text's top left"
                        : ": expected four numbers: x, y, width, height");
    if (!value.is_array() || value.size() != count) fail(path, expected + ", got " + shown(value));
    std::vector<double> numbers;
    for (std::size_t i = 0; i < count; ++i) {
      if (!value[i].is_number()) fail(path, expected + ", got " + shown(value));
      numbers.push_back(number_at(value[i], path + "/" + std::to_string(i), what));
    }
    Quad quad;
    if (corners) {
      for (std::size_t i = 0; i < 4; ++i) quad[i] = {numbers[2 * i], numbers[2 * i + 1]};
      check_corners(quad, path, what);
    } else {
      if (numbers[2] <= 0 || numbers[3] <= 0) {
        fail(path, what + ": expected a width and a height above 0, got " + shown(value));
      }
      quad = upright(numbers[0], numbers[1], numbers[2], numbers[3]);
    }
    const Quad around = bounds(quad);
    const PageTemplate& page = result_.form.page;
    if (around[2].x <= 0 || around[2].y <= 0 || around[0].x >= page.width || around[0].y >= page.height) {
      fail(path, what + ": " + shown(value) + " lies outside the page of " + std::to_string(std::lround(page.width)) +
                     "x" + std::to_string(std::lround(page.height)) + " pixels");
    }
    return quad;
  }
  void check_corners(const Quad& quad, const std::string& path, const std::string& what) const {
    for (std::size_t i = 0; i < 4; ++i) {  // clockwise on a page whose y grows downwards: every turn to the right
      const Point& a = quad[i];
      const Point& b = quad[(i + 1) % 4];
      const Point& c = quad[(i + 2) % 4];
      if ((b.x - a.x) * (c.y - b.y) - (b.y - a.y) * (c.x - b.x) <= 0) {
        fail(path, what + ": expected four corners clockwise of an area without dents, corner " +
                       std::to_string(i + 2) + " turns the other way");
      }
    }
  }

  void read_fields(const Json& json) {
    if (!json.is_array()) fail("/fields", "\"fields\": expected a list, got " + shown(json));
    std::set<std::string> names;
    for (std::size_t i = 0; i < json.size(); ++i) {
      const std::string path = "/fields/" + std::to_string(i);
      subject_ = "field " + std::to_string(i + 1);
      if (!json[i].is_object()) fail(path, "expected an object, got " + shown(json[i]));
      Field field = read_field(json[i], path);
      if (!names.insert(field.name).second) fail(path, "there are two fields of this name");
      result_.form.fields.push_back(std::move(field));
      subject_.clear();
    }
  }

  Field read_field(const Json& json, const std::string& path) {
    Field field;
    field.name = text_at(required(json, path, "name"), path + "/name", "\"name\"");
    check_name(field.name, path + "/name");
    subject_ = "field '" + field.name + "'";
    known_keys(json, path,
               {"name", "kind", "box", "quad", "cells", "direction", "style", "charset", "pattern", "format",
                "decimals", "many", "required", "fill_cancels", "empty_marks", "values", "columns", "rows"});
    const std::string kind = text_at(required(json, path, "kind"), path + "/kind", "\"kind\"");
    try {
      field.kind = field_kind(kind);
    } catch (const ValueError& error) {
      fail(path + "/kind", std::string("\"kind\": ") + error.what());
    }
    const Json* box = find(json, "box");
    const Json* quad = find(json, "quad");
    if ((box == nullptr) == (quad == nullptr)) fail(path, "expected a \"box\" or a \"quad\", and not both");
    field.by_quad = quad != nullptr;
    field.place = box != nullptr ? place_at(*box, path + "/box", "\"box\"", false)
                                 : place_at(*quad, path + "/quad", "\"quad\"", true);
    read_cells(json, path, field);
    read_details(json, path, field);
    if (field.kind == FieldKind::table) read_table(json, path, field);
    return field;
  }

  void check_name(const std::string& name, const std::string& path) const {
    if (name.empty()) fail(path, "\"name\": expected a name, got an empty text");
    for (const char c : name) {
      if (static_cast<unsigned char>(c) < ' ' || c == '[' || c == ']') {
        fail(path, "\"name\": expected neither control characters nor brackets, got " + shown(name));
      }
    }
  }

  void read_cells(const Json& json, const std::string& path, Field& field) {
    const bool down = direction_down(json, path);
    if (const Json* cells = find(json, "cells")) {
      if (cells->is_array()) {
        for (std::size_t i = 0; i < cells->size(); ++i) {
          field.cells.push_back(read_cell((*cells)[i], path + "/cells/" + std::to_string(i)));
        }
        if (field.cells.empty()) fail(path + "/cells", "\"cells\": expected at least one, got none");
      } else {
        field.even_cells = count_at(*cells, path + "/cells", "\"cells\"", 1000);
      }
    } else if (field.kind == FieldKind::tick) {
      field.even_cells = 1;
    }
    const bool named = field.kind == FieldKind::choice;
    if (named && field.cells.empty() && field.even_cells == 0) {
      fail(path, "a choice needs \"cells\": their number, or the place of each");
    }
    if (field.even_cells > 0 && (down || named)) {
      const auto count = static_cast<double>(field.even_cells);
      for (std::size_t i = 0; i < field.even_cells; ++i) {
        const double from = static_cast<double>(i) / count;
        const double to = static_cast<double>(i + 1) / count;
        field.cells.push_back(
            {.place = down ? part_of(field.place, 0, from, 1, to) : part_of(field.place, from, 0, to, 1), .value = {}});
      }
      field.even_cells = 0;
    }
    if (named) name_choices(json, path, field);
  }

  bool direction_down(const Json& json, const std::string& path) const {
    const Json* direction = find(json, "direction");
    if (direction == nullptr) return false;
    const std::string text = text_at(*direction, path + "/direction", "\"direction\"");
    if (text != "right" && text != "down") {
      fail(path + "/direction", "\"direction\": expected right or down, got " + shown(*direction));
    }
    return text == "down";
  }

  Cell read_cell(const Json& json, const std::string& path) const {
    const std::string what = "\"cells\"";
    if (json.is_array()) return {.place = place_at(json, path, what, json.size() == 8), .value = {}};
    if (!json.is_object()) fail(path, what + ": expected a box, a quad or an object, got " + shown(json));
    const Json* box = find(json, "box");
    const Json* quad = find(json, "quad");
    if ((box == nullptr) == (quad == nullptr)) fail(path, what + ": expected a \"box\" or a \"quad\" in each");
    Cell cell{.place = box != nullptr ? place_at(*box, path + "/box", what, false)
                                      : place_at(*quad, path + "/quad", what, true),
              .value = {}};
    if (const Json* value = find(json, "value")) cell.value = text_at(*value, path + "/value", "\"value\"");
    return cell;
  }

  /// By "values", by the cells' own, else A, B, C … as on an answer sheet (1, 2, 3 … beyond 26).
  void name_choices(const Json& json, const std::string& path, Field& field) const {
    if (const Json* values = find(json, "values")) {
      const std::vector<std::string> names = texts_at(*values, path + "/values", "\"values\"");
      if (names.size() != field.cells.size()) {
        fail(path + "/values", "\"values\": expected one for each of the " + std::to_string(field.cells.size()) +
                                   " cells, got " + std::to_string(names.size()));
      }
      for (std::size_t i = 0; i < names.size(); ++i) field.cells[i].value = names[i];
    }
    std::set<std::string> seen;
    for (std::size_t i = 0; i < field.cells.size(); ++i) {
      std::string& value = field.cells[i].value;
      if (value.empty()) {
        value = field.cells.size() <= 26 ? std::string(1, static_cast<char>('A' + i)) : std::to_string(i + 1);
      }
      if (!seen.insert(value).second) fail(path, "two cells have the value " + shown(value));
    }
  }

  void read_details(const Json& json, const std::string& path, Field& field) {
    if (const Json* style = find(json, "style")) {
      const std::string name = text_at(*style, path + "/style", "\"style\"");
      const auto found = std::find_if(style_names.begin(), style_names.end(),
                                      [&](const StyleName& entry) { return entry.name == name; });
      if (found == style_names.end()) {
        fail(path + "/style", "\"style\": expected any, boxes, comb, guides or line, got " + shown(*style));
      }
      field.style = found->style;
    }
    const auto text = [&](const char* key, std::string& into) {
      if (const Json* value = find(json, key)) {
        into = text_at(*value, path + "/" + key, "\"" + std::string(key) + "\"");
      }
    };
    const auto truth = [&](const char* key, bool& into) {
      if (const Json* value = find(json, key)) {
        into = truth_at(*value, path + "/" + key, "\"" + std::string(key) + "\"");
      }
    };
    text("charset", field.charset);
    text("pattern", field.pattern);
    text("format", field.format);
    truth("many", field.many);
    truth("required", field.required);
    truth("fill_cancels", field.fill_cancels);
    if (field.kind == FieldKind::date) check_date_format(field, path);
    if (const Json* decimals = find(json, "decimals")) {
      if (!decimals->is_number_integer() || *decimals < 0 || *decimals > 20) {
        fail(path + "/decimals", "\"decimals\": expected a whole number from 0 to 20, got " + shown(*decimals));
      }
      field.decimals = decimals->get<int>();
    }
    if (const Json* marks = find(json, "empty_marks")) {
      field.empty_marks = texts_at(*marks, path + "/empty_marks", "\"empty_marks\"");
    }
    if (field.kind != FieldKind::choice) read_values(json, path, field);
  }

  void check_date_format(Field& field, const std::string& path) const {
    if (field.format.empty()) {
      const std::size_t cells = std::max(field.even_cells, field.cells.size());
      field.format = cells == 6 ? "DDMMYY" : cells == 7 ? "DDMMMYY" : cells == 9 ? "DDMMMYYYY" : "DDMMYYYY";
      return;
    }
    const auto count = [&](char c) { return std::count(field.format.begin(), field.format.end(), c); };
    const bool named = field.format.find("MMM") != std::string::npos;
    const bool whole = count('D') == 2 && count('M') == (named ? 3 : 2) && (count('Y') == 2 || count('Y') == 4);
    const bool together = field.format.find("DD") != std::string::npos &&
                          field.format.find("MM") != std::string::npos &&
                          field.format.find(count('Y') == 2 ? "YY" : "YYYY") != std::string::npos;
    if (!whole || !together) {
      fail(path + "/format",
           "\"format\": expected DD, MM (or MMM, a name) and YY or YYYY once each, such as DD.MM.YYYY, got " +
               shown(Json(field.format)));
    }
  }

  /// A list, the name of a file, or an object with one of them and a margin.
  void read_values(const Json& json, const std::string& path, Field& field) {
    const Json* values = find(json, "values");
    if (values == nullptr) return;
    ValueList list;
    const auto take = [&](const Json& value, const std::string& where) {
      if (value.is_string()) {
        list.file = value.get<std::string>();
      } else {
        list.values = texts_at(value, where, "\"values\"");
        if (list.values.empty()) fail(where, "\"values\": expected at least one, got none");
      }
    };
    if (values->is_object()) {
      known_keys(*values, path + "/values", {"list", "file", "margin"});
      const Json* given = find(*values, "list");
      const Json* file = find(*values, "file");
      if ((given == nullptr) == (file == nullptr))
        fail(path + "/values", "\"values\": expected a \"list\" or a \"file\"");
      take(given != nullptr ? *given : *file, path + (given != nullptr ? "/values/list" : "/values/file"));
      if (const Json* margin = find(*values, "margin")) {
        list.margin = positive_at(*margin, path + "/values/margin", "\"margin\"");
      }
    } else {
      take(*values, path + "/values");
    }
    field.list = std::move(list);
  }

  void read_table(const Json& json, const std::string& path, Field& field) {
    const Json* columns = find(json, "columns");
    if (columns == nullptr || !columns->is_array() || columns->empty()) {
      fail(path, "a table needs \"columns\": a list of kinds, or of objects with name and kind");
    }
    for (std::size_t i = 0; i < columns->size(); ++i) {
      const Json& entry = (*columns)[i];
      const std::string where = path + "/columns/" + std::to_string(i);
      Column column{.name = "column" + std::to_string(i + 1)};
      const Json* kind = entry.is_object() ? find(entry, "kind") : &entry;
      if (entry.is_object()) {
        if (const Json* name = find(entry, "name")) column.name = text_at(*name, where + "/name", "\"columns\"");
        if (const Json* set = find(entry, "charset")) column.charset = text_at(*set, where + "/charset", "\"columns\"");
        if (const Json* count = find(entry, "cells")) {
          column.cells = count_at(*count, where + "/cells", "\"cells\"", 1000);
        }
      }
      if (kind == nullptr) fail(where, "\"columns\": expected a \"kind\" in each");
      try {
        column.kind = field_kind(text_at(*kind, where, "\"columns\""));
      } catch (const ValueError& error) {
        fail(where, std::string("\"columns\": ") + error.what());
      }
      field.columns.push_back(std::move(column));
    }
    if (const Json* rows = find(json, "rows")) field.rows = count_at(*rows, path + "/rows", "\"rows\"", 10000);
  }

  void read_joined(const Json& json) {
    if (!json.is_array()) fail("/joined", "\"joined\": expected a list, got " + shown(json));
    for (std::size_t i = 0; i < json.size(); ++i) {
      const std::string path = "/joined/" + std::to_string(i);
      if (!json[i].is_object()) fail(path, "\"joined\": expected objects with name and fields, got " + shown(json[i]));
      JoinedField joined{.name = text_at(required(json[i], path, "name"), path + "/name", "\"name\""), .fields = {}};
      check_name(joined.name, path + "/name");
      subject_ = "joined field '" + joined.name + "'";
      joined.fields = texts_at(required(json[i], path, "fields"), path + "/fields", "\"fields\"");
      for (const std::string& name : joined.fields) {
        if (result_.form.find(name) == nullptr) fail(path, "there is no field '" + name + "'");
      }
      if (result_.form.find(joined.name) != nullptr) fail(path, "there is a field of this name");
      result_.form.joined.push_back(std::move(joined));
      subject_.clear();
    }
  }

  void read_rules(const Json& json) {
    if (!json.is_array()) fail("/rules", "\"rules\": expected a list, got " + shown(json));
    for (std::size_t i = 0; i < json.size(); ++i) {
      const std::string path = "/rules/" + std::to_string(i);
      subject_ = "rule " + std::to_string(i + 1);
      Rule rule;
      if (json[i].is_string()) {
        rule.text = json[i].get<std::string>();
      } else {
        if (!json[i].is_object()) fail(path, "expected a text or an object with \"rule\", got " + shown(json[i]));
        known_keys(json[i], path, {"rule", "use", "margin"});
        rule.text = text_at(required(json[i], path, "rule"), path + "/rule", "\"rule\"");
        if (const Json* use = find(json[i], "use")) rule.use = use_at(*use, path + "/use");
        if (const Json* margin = find(json[i], "margin")) {
          rule.margin = positive_at(*margin, path + "/margin", "\"margin\"");
        }
      }
      check_rule(rule.text, path);
      result_.form.rules.push_back(std::move(rule));
      subject_.clear();
    }
  }

  /// A rule may name fields that are not there, as one that is kept for several editions does: it cannot be checked
  /// then.
  void check_rule(const std::string& text, const std::string& path) {
    std::vector<std::string> names;
    for (const Field& field : result_.form.fields) names.push_back(field.name);
    ParsedRule parsed;
    try {
      parsed = parse_rule(text, names);
    } catch (const FormatError& error) {
      fail(path, error.what());
    }
    for (const JoinedField& joined : result_.form.joined) names.push_back(joined.name);
    for (const std::string& name : parsed.fields) {
      if (std::find(names.begin(), names.end(), name) == names.end()) {
        warn(path, "there is no field '" + name + "', so the rule cannot be checked" + did_you_mean(name, names));
      }
    }
  }

  Rule::Use use_at(const Json& value, const std::string& path) const {
    const std::string use = text_at(value, path, "\"use\"");
    if (use != "check" && use != "decide") fail(path, "\"use\": expected check or decide, got " + shown(value));
    return use == "check" ? Rule::Use::check : Rule::Use::decide;
  }

  void read_sheet(const Json& json) {
    subject_ = "sheet";
    if (!json.is_object()) fail("/sheet", "expected an object with form, page, pages and key, got " + shown(json));
    known_keys(json, "/sheet", {"form", "page", "pages", "key"});
    Sheet sheet;
    sheet.form = text_at(required(json, "/sheet", "form"), "/sheet/form", "\"form\"");
    sheet.pages = static_cast<int>(count_at(required(json, "/sheet", "pages"), "/sheet/pages", "\"pages\"", 10000));
    sheet.page = static_cast<int>(
        count_at(required(json, "/sheet", "page"), "/sheet/page", "\"page\"", static_cast<std::size_t>(sheet.pages)));
    sheet.key = text_at(required(json, "/sheet", "key"), "/sheet/key", "\"key\"");
    if (result_.form.find(sheet.key) == nullptr) fail("/sheet/key", "\"key\": there is no field '" + sheet.key + "'");
    result_.form.sheet = std::move(sheet);
    subject_.clear();
  }

  std::string_view text_;
  const std::string& source_;
  std::string subject_;  // what messages are about just now
  ParsedTemplate result_;
};

}  // namespace inkling::inline INKLING_ABI::form::detail
