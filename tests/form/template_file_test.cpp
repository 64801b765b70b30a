#include <inkling/core/error.hpp>
#include <inkling/form/template_file.hpp>

#include <doctest/doctest.h>

#include <fstream>
#include <string>
#include <vector>

#include "contains.hpp"
#include "temporary_folder.hpp"

namespace {

using namespace inkling;
using namespace inkling::form;

/// A form whose fields are the given JSON, one a line from line 3.
std::string with_fields(const std::string& fields) {
  return "{\"inkling_form\": 1, \"name\": \"f\",\n\"page\": {\"width\": 1000, \"height\": 800}, \"fields\": [\n" +
         fields + "\n]}";
}

std::string message(const std::string& text) {
  try {
    parse_template(text, "f.json");
  } catch (const FormatError& error) {
    return error.what();
  }
  return "accepted";
}

TEST_CASE("template: the smallest form.json is accepted as written") {
  const ParsedTemplate parsed = parse_template(
      R"({"inkling_form":1,"name":"c1","page":{"width":1000,"height":800,"image":"blank.png"},"fields":[)"
      R"({"name":"votes01","kind":"digits","box":[10,20,90,30],"cells":3},)"
      R"({"name":"votes02","kind":"digits","box":[10,60,90,30],"cells":3},)"
      R"({"name":"valid","kind":"digits","box":[10,100,90,30],"cells":3}],"rules":["votes01 + votes02 = valid"]})");
  CHECK(parsed.warnings.empty());
  CHECK(parsed.form.name == "c1");
  CHECK(parsed.form.page.width == 1000);
  CHECK(parsed.form.page.image == "blank.png");
  REQUIRE(parsed.form.fields.size() == 3);
  const Field& field = parsed.form.fields[0];
  CHECK(field.name == "votes01");
  CHECK(field.kind == FieldKind::digits);
  CHECK(field.place == upright(10, 20, 90, 30));
  REQUIRE(cells_of(field).size() == 3);
  CHECK(cells_of(field)[1].place == upright(40, 20, 30, 30));
  REQUIRE(parsed.form.rules.size() == 1);
  CHECK(parsed.form.rules[0].use == form::Rule::Use::decide);
  CHECK(parsed.form.find("valid") == &parsed.form.fields[2]);
  CHECK(parsed.form.find("none") == nullptr);
}

TEST_CASE("template: every kind, and writing gives the same again") {
  std::string fields;
  for (const char* kind : {"digits", "upper", "lower", "letters", "mixed", "date", "decimal", "text", "tick", "barcode",
                           "signature", "picture"}) {
    fields += std::string("{\"name\": \"") + kind + "\", \"kind\": \"" + kind + "\", \"box\": [1, 2, 30.5, 4]},\n";
  }
  fields +=
      R"({"name": "pick", "kind": "choice", "box": [0,0,40,10], "cells": 4, "values": ["a","b","c","d"], "many": true},)"
      R"({"name": "down", "kind": "choice", "box": [0,0,40,10], "cells": 2, "direction": "down"},)"
      R"({"name": "own", "kind": "digits", "quad": [0,0, 40,1, 40,11, 0,10], "cells": [[0,0,10,10],[20,0,30,0,30,10,20,10]],
                "style": "comb", "charset": "0-5", "empty_marks": ["/"], "required": true},)"
      R"({"name": "name", "kind": "upper", "box": [0,0,40,10], "cells": 9, "values": {"list": ["ANNA","BERTA"], "margin": 2}},)"
      R"({"name": "when", "kind": "date", "box": [0,0,40,10], "cells": 6, "format": "YYMMDD"},)"
      R"({"name": "sum", "kind": "decimal", "box": [0,0,40,10], "cells": 6, "decimals": 2},)"
      R"({"name": "grid", "kind": "table", "box": [0,0,40,10], "columns": ["digits", {"name": "g", "kind": "upper", "charset": "A-F"}],
                "rows": 7})";
  std::string text = with_fields(fields);
  text.pop_back();
  text += R"(,"edition": "2026", "joined": [{"name": "roll", "fields": ["digits", "upper"]}],
      "rules": ["digits = 1", {"rule": "sum = 2", "use": "check", "margin": 4}],
      "sheet": {"form": "whole", "page": 2, "pages": 3, "key": "barcode"}})";
  const ParsedTemplate parsed = parse_template(text);
  CHECK(parsed.warnings.empty());
  const FormTemplate& form = parsed.form;
  REQUIRE(form.fields.size() == 19);
  CHECK(form.find("date")->format == "DDMMYYYY");
  CHECK(cells_of(*form.find("tick")).size() == 1);
  CHECK(cells_of(*form.find("pick"))[2] == Cell{upright(20, 0, 10, 10), "c"});
  CHECK(cells_of(*form.find("down"))[1] == Cell{upright(0, 5, 40, 5), "B"});
  CHECK(form.find("own")->by_quad);
  CHECK(form.find("name")->list->values == std::vector<std::string>{"ANNA", "BERTA"});
  CHECK(form.find("grid")->columns[1] == Column{"g", FieldKind::upper, "A-F"});
  CHECK(form.rules[1].use == form::Rule::Use::check);
  CHECK(form.sheet->page == 2);

  const std::string written = template_text(form);
  CHECK(parse_template(written).form == form);
  CHECK(template_text(parse_template(written).form) == written);
}

TEST_CASE("template: a date's cells tell its format, and a format its month's name") {
  const auto format_of = [](const std::string& rest) {
    const std::string field = R"({"name": "d", "kind": "date", "box": [0,0,90,10])" + rest + "}";
    return parse_template(with_fields(field)).form.find("d")->format;
  };
  CHECK(format_of("") == "DDMMYYYY");
  CHECK(format_of(R"(, "cells": 6)") == "DDMMYY");
  CHECK(format_of(R"(, "cells": 7)") == "DDMMMYY");
  CHECK(format_of(R"(, "cells": 9)") == "DDMMMYYYY");
  CHECK(format_of(R"(, "cells": 11, "format": "DD MMM YYYY")") == "DD MMM YYYY");
}

TEST_CASE("template: messages name the file, the line, the field and what was got") {
  CHECK(test::contains(message("{"), "f.json: not JSON: parse error at line 1"));
  CHECK(message("[1]") == "f.json:1: expected an object such as {\"inkling_form\": 1, …}, got [1]");
  CHECK(message("{\"name\":\"x\"}") == "f.json:1: expected a \"inkling_form\", found none");
  CHECK(message("{\n\"inkling_form\": 2}") ==
        "f.json:2: \"inkling_form\": this program reads versions up to 1, the file has version 2");
  const std::string good = R"({"name": "a", "kind": "digits", "box": [0,0,9,9]},)";
  const auto fails = [&](const std::string& field, const std::string& expected) {
    CHECK(message(with_fields(good + "\n" + field)) == expected);
  };
  fails(
      R"({"name": "b", "kind": "number", "box": [0,0,9,9]})",
      "f.json:4: field 'b': \"kind\": expected one of digits, upper, lower, letters, mixed, date, decimal, text, tick, "
      "choice, barcode, signature, picture, table, got 'number'");
  fails(R"({"name": "b", "kind": "digits", "box": [0,0,9]})",
        "f.json:4: field 'b': \"box\": expected four numbers: x, y, width, height, got [0,0,9]");
  fails("{\"name\": \"b\", \"kind\": \"digits\",\n\"box\":\n[0,0,9,-1]}",
        "f.json:6: field 'b': \"box\": expected a width and a height above 0, got [0,0,9,-1]");
  fails(R"({"name": "b", "kind": "digits", "box": [2000,0,9,9]})",
        "f.json:4: field 'b': \"box\": [2000,0,9,9] lies outside the page of 1000x800 pixels");
  fails(R"({"name": "b", "kind": "digits"})", "f.json:4: field 'b': expected a \"box\" or a \"quad\", and not both");
  fails(R"({"name": "b", "kind": "digits", "quad": [0,0,9,0,0,9,9,9]})",
        "f.json:4: field 'b': \"quad\": expected four corners clockwise of an area without dents, corner 3 turns the "
        "other "
        "way");
  fails(R"({"name": "a", "kind": "digits", "box": [0,0,9,9]})",
        "f.json:4: field 'a': there are two fields of this name");
  fails(R"({"name": "b", "kind": "digits", "box": [0,0,9,9], "cells": 0})",
        "f.json:4: field 'b': \"cells\": expected a whole number from 1 to 1000, got 0");
  fails(R"({"name": "b", "kind": "choice", "box": [0,0,9,9]})",
        "f.json:4: field 'b': a choice needs \"cells\": their number, or the place of each");
  fails(R"({"name": "b", "kind": "choice", "box": [0,0,9,9], "cells": 2, "values": ["x"]})",
        "f.json:4: field 'b': \"values\": expected one for each of the 2 cells, got 1");
  fails(
      R"({"name": "b", "kind": "date", "box": [0,0,9,9], "format": "DMY"})",
      "f.json:4: field 'b': \"format\": expected DD, MM (or MMM, a name) and YY or YYYY once each, such as DD.MM.YYYY, "
      "got \"DMY\"");
  fails(
      R"({"name": "b", "kind": "date", "box": [0,0,9,9], "format": "DDMMMMYY"})",
      "f.json:4: field 'b': \"format\": expected DD, MM (or MMM, a name) and YY or YYYY once each, such as DD.MM.YYYY, "
      "got \"DDMMMMYY\"");
  fails(R"({"name": "", "kind": "digits", "box": [0,0,9,9]})",
        "f.json:4: field 2: \"name\": expected a name, got an empty text");
  fails("7", "f.json:4: field 2: expected an object, got 7");
  CHECK(message(R"({"inkling_form":1,"name":"x","page":{"width":0,"height":5},"fields":[]})") ==
        "f.json:1: page: \"width\": expected a number above 0, got 0");
}

TEST_CASE("template: rules are read, and what they name is looked for") {
  const std::string fields = R"({"name": "votes01", "kind": "digits", "box": [0,0,9,9]}],
    "rules": [)";
  const auto with_rule = [&](const std::string& rule) {
    std::string text = with_fields(fields + rule);
    return text;
  };
  CHECK(message(with_rule(R"("votes01 + = 2")")) ==
        "f.json:4: rule 1: 'votes01 + = 2': expected a field, a number or (, got '=' at character 11");
  CHECK(message(with_rule(R"("votes01 = 2", {"rule": "votes01 = 2", "use": "repair"})")) ==
        "f.json:4: rule 2: \"use\": expected check or decide, got \"repair\"");
  CHECK(parse_template(with_rule(R"("votes02 = 2")")).warnings ==
        std::vector<std::string>{
            "form.json:4: rule 1: there is no field 'votes02', so the rule cannot be checked; did you "
            "mean 'votes01'?"});
}

TEST_CASE("template: an unknown key is told and does no harm, one that begins with _ is a remark") {
  const ParsedTemplate parsed = parse_template(
      with_fields(R"({"name": "a", "kind": "digits", "box": [0,0,9,9], "cell": 3, "_why": "a remark"})"));
  CHECK(parsed.warnings ==
        std::vector<std::string>{"form.json:3: field 'a': \"cell\" is not known and was left out of account"});
}

TEST_CASE("template: no JSON, however odd, does anything but throw FormatError") {
  const std::vector<std::string> values{"null", "true", "-1", "1e999", "\"x\"", "[]", "{}", "[[[]]]", "1e300"};
  const std::string whole = with_fields(
      R"({"name": "b", "kind": "choice", "box": [0,0,9,9], "cells": [{"box": [0,0,1,1], "value": "v"}], "required": true})");
  const auto is_value_start = [&](std::size_t i) { return whole[i] == ':' && whole[i + 1] == ' '; };
  int tried = 0;
  for (std::size_t i = 0; i + 1 < whole.size(); ++i) {
    if (!is_value_start(i)) continue;
    std::size_t end = i + 2;
    int depth = 0;
    for (; end < whole.size() && (depth > 0 || (whole[end] != ',' && whole[end] != '}' && whole[end] != ']')); ++end) {
      depth += whole[end] == '[' || whole[end] == '{' ? 1 : whole[end] == ']' || whole[end] == '}' ? -1 : 0;
    }
    for (const std::string& value : values) {
      try {
        parse_template(whole.substr(0, i + 2) + value + whole.substr(end));
      } catch (const FormatError&) {
      }
      ++tried;
    }
  }
  for (std::size_t i = 0; i < whole.size(); ++i) CHECK_THROWS_AS(parse_template(whole.substr(0, i)), FormatError);
  CHECK(tried > 90);
  std::string many = R"({"inkling_form": 1)";
  for (int i = 0; i < 1000; ++i) many += ",\"" + std::to_string(i) + "\":0";
  CHECK(test::contains(message(many + "}"), "expected objects of at most 1000 members, found more"));
  CHECK(test::contains(message(std::string(33, '[')), "expected at most 32 levels, found more"));
  CHECK_FALSE(test::contains(message(std::string(32, '[')), "levels"));
}

TEST_CASE("template: files beside it") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "form.json";
  std::ofstream(folder.path() / "class.csv") << "\"Müller, Anna\",7\r\nBERTA,8\n\n";
  std::ofstream(file) << with_fields(R"({"name": "who", "kind": "upper", "box": [0,0,9,9], "values": "class.csv"})");
  const FormTemplate form = load_template(file).form;
  CHECK(form.fields[0].list->values == std::vector<std::string>{"Müller, Anna", "BERTA"});
  CHECK(form.folder == folder.path().string());
  save_template(form, folder.path() / "copy.json");
  CHECK(load_template(folder.path() / "copy.json").form == form);
  std::ofstream(folder.path() / "class.csv") << "\n";
  CHECK_THROWS_WITH_AS(load_template(file), doctest::Contains("class.csv holds no values"), FormatError);
  CHECK_THROWS_AS(load_template(folder.path() / "none.json"), FileError);
  CHECK_THROWS_AS(load_template(folder.path()), FileError);
}

}  // namespace
