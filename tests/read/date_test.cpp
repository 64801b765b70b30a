#include <inkling/read/date.hpp>

#include <doctest/doctest.h>

#include <string>

using inkling::is_date;
using inkling::month_of;

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

TEST_CASE("the month of a date may be its name") {
  for (const std::string text :
       {"5 NOV 2023", "31-Dec-99", "12MAR2019", "01/jan/00", "1.FEB.2000", "30MAY24", "9 SEP 23"}) {
    CAPTURE(text);
    CHECK(is_date(text));
  }
  for (const std::string text :
       {"5 NOW 2023", "5 NOV", "NOV 2023", "NOV 5 2023", "5 NOV-2023", "5 NOV2023", "5NOV 2023", "0 NOV 2023",
        "32 NOV 2023", "123 NOV 2023", "5 NOV 202", "5 NOV 20230", "5 NOV 2O23"}) {
    CAPTURE(text);
    CHECK_FALSE(is_date(text));
  }
  CHECK(month_of("JAN") == 1);
  CHECK(month_of("dec") == 12);
  CHECK(month_of("Ma") == 0);
  CHECK(month_of("MARC") == 0);
}
