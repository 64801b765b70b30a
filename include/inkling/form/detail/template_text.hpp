#pragma once

#include <inkling/core/config.hpp>
#include <inkling/form/detail/template_names.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace inkling::inline INKLING_ABI::form::detail {

/// Reads characters and lets others know how many it has read.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, std::size_t* count) : at_(at), count_(count) {}

  reference operator*() const { return *at_; }
  CountingIterator& operator++() {
    ++at_;
    ++*count_;
    return *this;
  }
  CountingIterator operator++(int) {
    const CountingIterator before = *this;
    ++*this;
    return before;
  }
  bool operator==(const CountingIterator& other) const { return at_ == other.at_; }
  bool operator!=(const CountingIterator& other) const { return at_ != other.at_; }

 private:
  const char* at_;
  std::size_t* count_;
};

/// Walks through JSON until the value at one path begins. The parser tells values as it reads them, but not where.
class PositionFinder : public nlohmann::json_sax<nlohmann::json> {
 public:
  PositionFinder(const std::string& path, const std::size_t* read) : path_(path), read_(read) {}

  std::size_t position() const { return position_; }

  bool null() override { return value(0); }
  bool boolean(bool) override { return value(0); }
  bool number_integer(number_integer_t) override { return value(1); }
  bool number_unsigned(number_unsigned_t) override { return value(1); }
  bool number_float(number_float_t, const string_t&) override { return value(1); }
  bool string(string_t&) override { return value(0); }
  bool binary(binary_t&) override { return value(0); }
  bool start_object(std::size_t) override { return open(false); }
  bool start_array(std::size_t) override { return open(true); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& key) override {
    levels_.back().key = key;
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override { return false; }

 private:
  struct Level {
    bool array = false;
    std::size_t index = 0;
    std::string key;
  };

  std::string here() const {
    nlohmann::json::json_pointer pointer;
    for (const Level& level : levels_) pointer /= level.array ? std::to_string(level.index) : level.key;
    return pointer.to_string();
  }
  bool arrive(std::size_t ahead) {
    if (here() != path_) return true;
    position_ = *read_ - ahead;
    return false;
  }
  void advance() {
    if (!levels_.empty() && levels_.back().array) ++levels_.back().index;
  }
  bool value(std::size_t ahead) {  // a number is known to be whole one character later
    if (!arrive(ahead)) return false;
    advance();
    return true;
  }
  bool open(bool array) {
    if (!arrive(0)) return false;
    levels_.push_back({.array = array, .index = 0, .key = {}});
    return true;
  }
  bool close() {
    levels_.pop_back();
    advance();
    return true;
  }

  const std::string& path_;
  const std::size_t* read_;
  std::size_t position_ = 0;
  std::vector<Level> levels_;
};

/// The line, from 1, on which the value at a path such as /fields/3/box begins; 1 when there is none.
inline std::size_t line_of(std::string_view text, const std::string& path) {
  std::size_t read = 0;
  PositionFinder finder(path, &read);
  nlohmann::json::sax_parse(CountingIterator(text.data(), &read), CountingIterator(text.data() + text.size(), &read),
                            &finder);
  std::size_t line = 1;
  for (std::size_t i = 0; i < finder.position() && i < text.size(); ++i) line += text[i] == '\n' ? 1 : 0;
  return line;
}

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
