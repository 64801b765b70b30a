#pragma once

#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "contains.hpp"

namespace inkling::test {

/// What no option should be surprised by.
template <typename Number>
std::vector<Number> odd_numbers() {
  using Limits = std::numeric_limits<Number>;
  if constexpr (std::is_floating_point_v<Number>) {
    return {Limits::quiet_NaN(), Limits::infinity(), -Limits::infinity(), 0, -1, Limits::max(), Limits::lowest()};
  } else {
    return {0, static_cast<Number>(-1), Limits::max(), Limits::min()};
  }
}

/// What a run checks: doctest's CHECK would catch the refusals that the walk is about.
inline void expect(bool works) {
  if (!works) throw std::logic_error("nothing was refused, and what came out is wrong");
}

/// Sets one field after another of a struct of options to odd numbers, and lets `run` use each: it works, or throws an
/// inkling::Error whose text names the field. tests/options/list_test.cpp sees that no field is left out.
template <typename Options>
class Walk {
 public:
  /// base: options that work. run: uses them; it may check what comes out.
  Walk(Options base, std::function<void(const Options&)> run) : base_(std::move(base)), run_(std::move(run)) {
    run_(base_);
  }

  template <typename Number>
  Walk& field(const char* name, Number Options::*member) {
    for (const Number value : odd_numbers<Number>()) {
      attempt(name, std::to_string(value), [&](Options& options) { options.*member = value; });
    }
    return *this;
  }

  template <typename Number>
  Walk& field(const char* name, std::optional<Number> Options::*member) {
    for (const Number value : odd_numbers<Number>()) {
      attempt(name, std::to_string(value), [&](Options& options) { options.*member = value; });
    }
    return *this;
  }

  /// The first of several numbers.
  template <typename Number>
  Walk& field(const char* name, std::vector<Number> Options::*member) {
    for (const Number value : odd_numbers<Number>()) {
      attempt(name, std::to_string(value), [&](Options& options) { (options.*member).at(0) = value; });
    }
    return *this;
  }

  template <typename Number>
  Walk& field(const char* name, std::optional<std::vector<Number>> Options::*member) {
    for (const Number value : odd_numbers<Number>()) {
      attempt(name, std::to_string(value), [&](Options& options) { (options.*member).value().at(0) = value; });
    }
    return *this;
  }

 private:
  template <typename Change>
  void attempt(const char* name, const std::string& value, const Change& change) {
    const std::string field = name;
    CAPTURE(field);
    CAPTURE(value);
    Options options = base_;
    change(options);
    try {
      run_(options);
    } catch (const Error& error) {
      const std::string refusal = error.what();
      CAPTURE(refusal);
      CHECK(contains(error.what(), field));
    } catch (const std::exception& error) {
      const std::string what = error.what();
      CAPTURE(what);
      FAIL_CHECK("an exception that is no inkling::Error");
    }
  }

  Options base_;
  std::function<void(const Options&)> run_;
};

}  // namespace inkling::test
