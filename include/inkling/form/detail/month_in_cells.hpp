#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/label.hpp>
#include <inkling/core/log_add.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/form/reading.hpp>
#include <inkling/form/template.hpp>
#include <inkling/model/charset.hpp>
#include <inkling/read/date.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace inkling::inline INKLING_ABI::form::detail {

/// Whether a date is to be written with its month's name.
inline bool has_month_name(const Field& date) {
  return date.format.find("MMM") != std::string::npos;
}

/// The name of a month among the characters of a date in cells.
struct MonthInCells {
  std::string_view name;
  Index first = 0;         // the character that its first letter is
  double probability = 0;  // of this name at this place, against all other ways to read the characters as a date

  bool holds(Index character) const noexcept {
    return character >= first && character < first + static_cast<Index>(name.size());
  }
};

/// Log-probabilities that characters are what they may be: the most probable digit, or a letter in either case.
class DateCharacters {
 public:
  /// probabilities: classes x characters. Throws ValueError when the model has no digits.
  DateCharacters(const Matrix& probabilities, const std::vector<std::string>& class_names)
      : probabilities_(probabilities), names_(class_names) {
    const std::vector<Label> classes = admitted_classes(CharSet::parse("digits"), class_names);
    for (Index i = 0; i < probabilities.cols(); ++i) {
      float most = 0;
      for (const Label label : classes) most = std::max(most, probabilities(label, i));
      digits_.push_back(log_of(static_cast<double>(most)));
    }
  }

  double digits(Index first, Index last) const {
    double sum = 0;
    for (Index i = first; i < last; ++i) sum += digits_[static_cast<std::size_t>(i)];
    return sum;
  }

  /// Throws ValueError when the model has no such letter.
  double letter(char capital, Index character) const {
    const std::string cases{capital, static_cast<char>(capital - 'A' + 'a')};
    double sum = 0;
    for (const Label label : admitted_classes(CharSet::parse(cases), names_)) {
      sum += static_cast<double>(probabilities_(label, character));
    }
    return log_of(sum);
  }

 private:
  static double log_of(double probability) {
    constexpr double least = 1e-6;
    return std::log(std::max(least, probability));
  }

  const Matrix& probabilities_;
  const std::vector<std::string>& names_;
  std::vector<double> digits_;
};

/// Finds a month's name between one or two digits and two or four. expected: the format of the date has one. None where
/// digits alone are more probable. probabilities: classes x characters, from left to right.
inline std::optional<MonthInCells> find_month(const Matrix& probabilities, const std::vector<std::string>& class_names,
                                              bool expected) {
  constexpr double unexpected = 3;  // nats
  constexpr Index most_digits = 8;  // of a date
  try {
    const DateCharacters characters(probabilities, class_names);
    const Index count = probabilities.cols();
    double all = characters.digits(0, count) + (expected || count > most_digits ? -unexpected : unexpected);
    std::optional<MonthInCells> best;
    double most = all;
    for (const Index day : {Index{1}, Index{2}}) {
      const Index year = day + static_cast<Index>(month_names.front().size());
      if (count - year != 2 && count - year != 4) continue;
      for (const std::string_view name : month_names) {
        double score = characters.digits(0, day) + characters.digits(year, count);
        for (std::size_t i = 0; i < name.size(); ++i) {
          score += characters.letter(name[i], day + static_cast<Index>(i));
        }
        all = inkling::detail::log_add(all, score);
        if (score <= most) continue;
        most = score;
        best = MonthInCells{.name = name, .first = day};
      }
    }
    if (best) best->probability = std::exp(most - all);
    return best;
  } catch (const ValueError&) {  // a model without letters
    return {};
  }
}

/// Makes a cell the letter of a month's name that stands there. The letters of a name are sure together.
inline void name_letter(CellReading& cell, const MonthInCells& month, Index character) {
  const char letter = month.name[static_cast<std::size_t>(character - month.first)];
  cell.status = CellStatus::read;
  cell.candidates = {{std::string(1, letter), std::cbrt(month.probability)}};
}

}  // namespace inkling::inline INKLING_ABI::form::detail
