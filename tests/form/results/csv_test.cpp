#include <inkling/core/error.hpp>
#include <inkling/form/results/csv.hpp>
#include <inkling/form/results/page_table.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace {

using namespace inkling;
using namespace inkling::form;

TEST_CASE("csv: formulas are guarded, numbers and leading zeros are left as they are") {
  for (const std::string text :
       {"=HYPERLINK(\"http://x\",\"y\")", "+1", "@a", "\t=1", "\r=1", "-", "---", "-1+1", "=1", "＝1"}) {
    CAPTURE(text);
    CHECK(is_formula(text));
  }
  for (const std::string text :
       {"-0.02", "-12", "-0,02", "1.33", "9.10", "1/2", "007", "000118796", "a=b", "", "12345678901234567890"}) {
    CAPTURE(text);
    CHECK_FALSE(is_formula(text));
  }
  CHECK(csv_row({{"=1"}, {"-0.02"}, {"007"}, {"3", true}}) == "\"'=1\",\"-0.02\",\"007\",3\r\n");
  CHECK(csv_row({{"a\"b;c,d\ne"}}) == "\"a\"\"b;c,d\ne\"\r\n");
  CHECK(csv_row({{"a"}, {"b"}}, {.separator = ';'}) == "\"a\";\"b\"\r\n");
}

TEST_CASE("csv: what was written is read") {
  const std::vector<std::string> texts{"=1", "'x", "a\"b", "x,y;z", "line\r\nbreak", "", "Żółć é ß", "-0.02", "007"};
  std::vector<TableCell> cells;
  for (const std::string& text : texts) cells.push_back({text});
  for (const char separator : {',', ';', '\t'}) {
    const CsvOptions options{.separator = separator};
    std::vector<TableCell> header(texts.size(), TableCell{"column"});
    const CsvTable table = parse_csv(csv_row(header, options) + csv_row(cells, options), "t.csv");
    REQUIRE(table.rows.size() == 2);
    CHECK(table.rows[1] == texts);
  }
}

TEST_CASE("csv: other people's files") {
  const CsvTable table = parse_csv(
      "\xEF\xBB\xBF"
      "File;Field;Text\n\na;b;c\r\n\"x\ny\";\"\";z",
      "t.csv");
  REQUIRE(table.rows.size() == 3);
  CHECK(table.column("field", "t.csv") == 1);
  CHECK(table.rows[2] == std::vector<std::string>{"x\ny", "", "z"});
  CHECK(table.lines == std::vector<std::size_t>{1, 3, 4});
  CHECK_THROWS_WITH_AS(table.column("answer", "t.csv"), "t.csv:1: expected a column 'answer', found File, Field, Text",
                       FormatError);
  CHECK_THROWS_WITH_AS(parse_csv("a,b\n1,2\n1,2,3\n", "t.csv"),
                       "t.csv:3: expected 2 columns as in the first line, got 3", FormatError);
  CHECK_THROWS_WITH_AS(parse_csv("a,b\n1,\"2\n", "t.csv"), "t.csv:2: a quote is opened and not closed", FormatError);
  CHECK(parse_csv("", "t.csv").rows.empty());
}

TEST_CASE("csv: pages as rows, always with as many cells") {
  FormTemplate form{.name = "c1"};
  for (const char* name : {"first", "=second", "last"})
    form.fields.push_back({.name = name, .kind = FieldKind::digits});
  form.joined.push_back({.name = "id", .fields = {"first"}});
  PageTable table({form}, {.details = true});
  PageReading page{.file = "=a.png", .page = 2, .form = "c1", .status = PageStatus::read};
  for (const char* name : {"first", "=second", "last"}) {
    page.fields.push_back({.name = name, .text = "", .status = FieldStatus::empty, .confidence = 0.98765});
  }
  page.fields[1].text = "007";
  page.fields[1].status = FieldStatus::read;
  const PageReading refused{.file = "b.png", .status = PageStatus::refused, .reason = "no form"};
  PageReading with_table = page;
  form::FieldReading marks{.name = "marks", .text = {}};
  marks.rows = {{{.name = "grade", .text = "A", .status = FieldStatus::read, .confidence = 1}},
                {{.name = "grade", .text = "B", .status = FieldStatus::read, .confidence = 1}}};
  with_table.fields.push_back(marks);
  for (const PageReading& each : {page, refused, with_table}) table.note(each);

  const std::vector<TableCell> header = table.header();
  CHECK(
      csv_row(header).starts_with("\"file\",\"page\",\"form\",\"status\",\"first\",\"first status\",\"first "
                                  "confidence\",\"first decided by\",\"'=second\""));
  CHECK(table.row(page).size() == header.size());
  CHECK(table.row(refused).size() == header.size());
  CHECK(table.row(with_table).size() == header.size());
  CHECK(
      csv_row(table.row(page))
          .starts_with(
              "\"'=a.png\",2,\"c1\",\"read\",\"\",\"empty\",0.9877,\"\",\"007\",\"read\",0.9877,\"\",\"\",\"empty\",0."
              "9877,\"\",\"\","));
  CHECK(table.row(refused).back().text == "no form");
  CHECK(csv_row(table.row(with_table)).find("\"B\",\"read\",1.0000") != std::string::npos);
  CHECK(header[header.size() - 9].text == "marks.1.grade");
}

}  // namespace
