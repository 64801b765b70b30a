#include <inkling/form/results/copies.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace {

using namespace inkling::form;

const std::vector<FormTemplate>& forms() {
  static const std::vector<FormTemplate> both = [] {
    FormTemplate front{.name = "front"};
    front.sheet = Sheet{.form = "exam", .page = 1, .pages = 2, .key = "code"};
    FormTemplate back{.name = "back"};
    back.sheet = Sheet{.form = "exam", .page = 2, .pages = 2, .key = "code"};
    return std::vector{front, back};
  }();
  return both;
}

PageReading page_of(const std::string& form, const std::string& code, const std::string& total) {
  PageReading page{.file = form + code + ".png", .form = form, .status = PageStatus::read};
  page.fields = {{.name = "code", .text = code, .status = FieldStatus::read, .confidence = 1},
                 {.name = "total", .text = total, .status = FieldStatus::read, .confidence = 1}};
  return page;
}

std::vector<PageReading> copies(int count) {
  std::vector<PageReading> pages;
  for (int i = 0; i < count; ++i) {
    const std::string code = std::to_string(100 + i);
    pages.push_back(page_of("front", code, "f" + code));
    pages.push_back(page_of("back", code, "b" + code));
  }
  return pages;
}

const PageReading* copy_of(const std::vector<PageReading>& rows, const std::string& code) {
  for (const PageReading& row : rows) {
    if (!row.fields.empty() && row.fields[0].text == code) return &row;
  }
  return nullptr;
}

TEST_CASE("copies: pages are joined by their key in whatever order they come") {
  std::vector<PageReading> pages = copies(10);
  std::rotate(pages.begin(), pages.begin() + 7, pages.end());
  std::reverse(pages.begin(), pages.begin() + 9);
  const std::vector<PageReading> rows = join_copies(forms(), pages);
  REQUIRE(rows.size() == 10);
  for (const PageReading& row : rows) {
    CHECK(row.form == "exam");
    CHECK(row.status == PageStatus::read);
    REQUIRE(row.fields.size() == 3);
    CHECK(row.fields[1].text == "f" + row.fields[0].text);
    CHECK(row.fields[2].name == "back.total");
    CHECK(row.fields[2].text == "b" + row.fields[0].text);
  }
}

TEST_CASE("copies: a page that is missing changes no other copy, and one that comes later heals it") {
  std::vector<PageReading> pages = copies(20);
  const PageReading eaten = pages[13];
  pages.erase(pages.begin() + 13);
  std::vector<PageReading> rows = join_copies(forms(), pages);
  REQUIRE(rows.size() == 20);
  CHECK(copy_of(rows, "106")->status == PageStatus::doubtful);
  CHECK(copy_of(rows, "106")->reason == "page 2 of 2 is missing");
  CHECK(std::count_if(rows.begin(), rows.end(),
                      [](const PageReading& row) { return row.status == PageStatus::read; }) == 19);
  pages.push_back(eaten);
  rows = join_copies(forms(), pages);
  CHECK(copy_of(rows, "106")->status == PageStatus::read);
}

TEST_CASE("copies: a key that is not sure makes a loose page, not a guess") {
  std::vector<PageReading> pages = copies(2);
  pages[1].fields[0].status = FieldStatus::doubtful;
  pages[2].fields[0].text.clear();
  const std::vector<PageReading> rows = join_copies(forms(), pages);
  REQUIRE(rows.size() == 4);
  CHECK(rows[1].form == "back");
  CHECK(rows[1].reason == "loose page: 'code', which tells the copy, is empty or doubtful");
  CHECK(rows[2].form == "front");
  CHECK(rows[2].status == PageStatus::doubtful);
}

TEST_CASE("copies: a page that is there twice, and pages of other forms") {
  std::vector<PageReading> pages = copies(1);
  pages.push_back(pages[0]);
  pages.push_back({.file = "letter.png", .status = PageStatus::refused, .reason = "no form"});
  const std::vector<PageReading> rows = join_copies(forms(), pages);
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].reason == "page 1 of 2 is there 2 times");
  CHECK(rows[1] == pages.back());
}

}  // namespace
