#pragma once

#include <inkling/core/config.hpp>
#include <inkling/form/reading.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace inkling::inline INKLING_ABI::form {

/// What an answer is worth.
struct KeyRow {
  std::string field;
  std::map<std::string, double> points = {};  // of each right answer
  double wrong = 0;                           // of any other; below 0 takes points away
  double empty = 0;                           // of none
};

/// Reads an answer key, a CSV with the columns field and answer, and, if wanted, points (of the right answer, else 1),
/// wrong (of any other answer, else 0; -0.25 takes a quarter away) and empty (else 0). Several answers stand side by
/// side, "A|B", each with points of its own where they differ, "A=2|B=1"; answers of several marks are
/// "A+C" or "AC". Throws
/// FormatError.
std::vector<KeyRow> parse_key(std::string_view csv, const std::string& source);

struct GradedField {
  std::string field;
  std::string text;
  double points = 0;
  bool right = false;
  bool doubtful = false;  // to be looked at: the points are those of the reading as it stands
};

struct GradedPage {
  std::vector<GradedField> fields = {};  // in the order of the key
  double points = 0;
  double most = 0;  // that can be reached
  int right = 0;
  int wrong = 0;
  int empty = 0;
  int doubtful = 0;
};

/// Grades the fields that the key names; one that the page does not have is doubtful and gives nothing.
GradedPage grade(const PageReading& page, const std::vector<KeyRow>& key);

}  // namespace inkling::inline INKLING_ABI::form

#ifndef INKLING_COMPILED
#include <inkling/form/results/grading.ipp>
#endif
