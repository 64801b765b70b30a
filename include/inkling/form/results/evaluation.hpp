#pragma once

#include <inkling/core/config.hpp>
#include <inkling/form/reading.hpp>
#include <inkling/form/template.hpp>

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace inkling::inline INKLING_ABI::form {

/// A share with the interval that holds the true one 95 times in 100 (E. B. Wilson, JASA 22, 1927).
struct Share {
  std::size_t of = 0;
  std::size_t right = 0;

  double value() const noexcept { return of == 0 ? 0 : static_cast<double>(right) / static_cast<double>(of); }
  double low() const noexcept;
  double high() const noexcept;
};

/// What should have been read.
struct TruthRow {
  std::string file;  // matched whole, or else by the end of the path: "scans/a.png" finds "/data/scans/a.png"
  std::string field;
  std::string text;
};

/// Reads a CSV with the columns file, field and text (others do not matter). Throws FormatError.
std::vector<TruthRow> parse_truth(std::string_view csv, const std::string& source);

/// A field that was compared.
struct ScoredField {
  std::string file = {};
  std::string field = {};
  std::string expected = {};
  std::string got = {};
  FieldStatus status = FieldStatus::read;
  double confidence = 0;
  bool right = false;
  bool decided = false;  // by a person
};

/// How many of the fields can be accepted, the surest first, so that at most `error` of them are wrong.
struct AcceptedShare {
  double error = 0;       // allowed
  Share fields = {};      // accepted of all
  std::size_t wrong = 0;  // among the accepted
  double confidence = 0;  // the least among the accepted: the threshold
};

/// A point of the curve: fields of at least this confidence.
struct AcceptancePoint {
  double confidence = 0;
  Share accepted = {};  // of all fields
  Share right = {};     // of the accepted
};

struct FormEvaluation {
  Share fields = {};
  Share characters = {};  // of the truth's characters, those that no edit touches
  std::map<std::string, Share> by_field = {};
  Share called_read = {};  // fields that are not doubtful, of all
  Share right_of_read = {};
  Share decided = {};                        // of the fields that a person decided, those that are right
  std::vector<AcceptedShare> accepted = {};  // at 0.5, 1 and 2 % error
  std::vector<AcceptancePoint> curve = {};
  std::size_t missing = 0;  // rows of the truth whose page or field was not found; they count as wrong
  std::vector<ScoredField> scored = {};
};

/// What the shares and the curve of some compared fields are.
FormEvaluation evaluation_of(std::vector<ScoredField> scored);

/// Compares the texts of fields with what should have been read: exactly, but for blanks at the ends and, in digits,
/// for the marks that mean nothing ("XX2" is "2").
class FormEvaluator {
 public:
  FormEvaluator(std::vector<FormTemplate> forms, std::vector<TruthRow> truth);

  void add(const PageReading& page);
  FormEvaluation result() const;

 private:
  const FormTemplate* form_of(const std::string& name) const;

  std::vector<FormTemplate> forms_;
  std::vector<TruthRow> truth_;
  std::vector<bool> found_;
  std::multimap<std::string, std::size_t> by_name_;  // rows of the truth by the last part of the file's path
  std::vector<ScoredField> scored_;
};

}  // namespace inkling::inline INKLING_ABI::form

#ifndef INKLING_COMPILED
#include <inkling/form/results/evaluation.ipp>
#endif
