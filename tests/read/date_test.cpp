#include <inkling/read/date.hpp>

#include <doctest/doctest.h>

#include <string>

using inkling::is_date;

TEST_CASE("a date has a day, a month and a year that a calendar may have") {
  for (const std::string text :
       {"5/11/2023", "31-12-99", "12.31.1999", "01/01/00", "1.1.2000", "12/12/12", "30-1-2024"}) {
    CAPTURE(text);
    CHECK(is_date(text));
  }
  for (const std::string text :
       {"",          "2023",      "5/11",       "5/11/",       "/5/2023",    "5//2023",   "5/11/2023/",
        "5/11-2023", "5,11,2023", "0/5/2023",   "5/0/2023",    "13/13/2023", "1/32/2023", "32/1/2023",
        "5/11/3",    "5/11/202",  "5/11/20230", "005/11/2023", "5/11/2O23",  "5 11 2023"}) {
    CAPTURE(text);
    CHECK_FALSE(is_date(text));
  }
}
