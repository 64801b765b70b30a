#pragma once

#include <inkling/core/config.hpp>
#include <inkling/form/detail/template_names.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace inkling::inline INKLING_ABI::form::detail {

/// Hears a text of JSON before it becomes values, and stops at what takes far more time or memory than it has bytes:
/// each level takes many times its bytes, and to each member of an object the parser looks through all before it.
class TemplateShape final : public nlohmann::json_sax<Json> {
 public:
  std::string problem;  // nothing when there is none, or no JSON

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return open(); }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override { return false; }

  bool key(string_t&) override {
    if (++members_.back() <= most_members) return true;
    problem = "expected objects of at most " + std::to_string(most_members) + " members, found more";
    return false;
  }

 private:
  static constexpr std::size_t most_members = 1000;
  static constexpr std::size_t most_levels = 32;

  bool open() {
    members_.push_back(0);
    if (members_.size() <= most_levels) return true;
    problem = "expected at most " + std::to_string(most_levels) + " levels, found more";
    return false;
  }
  bool close() {
    members_.pop_back();
    return true;
  }

  std::vector<std::size_t> members_ = {};  // of each object and array that is open
};

}  // namespace inkling::inline INKLING_ABI::form::detail
