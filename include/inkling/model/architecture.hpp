#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>

#include <cstddef>
#include <initializer_list>
#include <string>
#include <vector>

/// What a model file says about a model besides its numbers, as values of our own: so that neither layers nor features
/// know the format of files.
namespace inkling::inline INKLING_ABI {

struct Stage;

/// The stages that an image passes through in a model: the layers of a network, the features of an SVM or a forest.
using Architecture = std::vector<Stage>;

/// One option of a stage: a truth value, a number, a text, a list of whole numbers, or stages within the stage.
class StageOption {
 public:
  enum class Kind { boolean, integer, real, text, integers, stages };

  StageOption(bool value);
  StageOption(int value);
  StageOption(Index value);
  StageOption(double value);
  StageOption(const char* value);
  StageOption(std::string value);
  StageOption(std::vector<Index> value);
  StageOption(Architecture value);
  StageOption(const StageOption&);
  StageOption(StageOption&&) noexcept;
  StageOption& operator=(const StageOption&);
  StageOption& operator=(StageOption&&) noexcept;
  ~StageOption();

  Kind kind() const noexcept { return kind_; }
  /// Each requires its kind; a real may be a whole number.
  bool boolean() const noexcept { return integer_ != 0; }
  Index integer() const noexcept { return integer_; }
  double real() const noexcept { return kind_ == Kind::integer ? static_cast<double>(integer_) : real_; }
  const std::string& text() const noexcept { return text_; }
  const std::vector<Index>& integers() const noexcept { return integers_; }
  const Architecture& stages() const noexcept { return stages_; }
  /// A list without elements, which may be of either type.
  bool is_empty_list() const noexcept;

  friend bool operator==(const StageOption& a, const StageOption& b);

 private:
  explicit StageOption(Kind kind);

  Kind kind_;
  Index integer_ = 0;
  double real_ = 0;
  std::string text_;
  std::vector<Index> integers_;
  Architecture stages_;
};

/// The options of a stage by name.
class StageOptions {
 public:
  struct Entry {
    std::string name;
    StageOption value;
  };

  StageOptions();
  /// {{"units", 10}, {"initialisation", "he"}}
  StageOptions(std::initializer_list<Entry> entries);

  /// Sets an option, in the place of an earlier one of that name.
  void set(std::string name, StageOption value);
  /// In the order of their names.
  const std::vector<Entry>& entries() const noexcept { return entries_; }

  /// The option with this name. All throw FormatError when it is missing or of another kind; a whole number is a
  /// number.
  bool boolean(const char* name) const;
  Index integer(const char* name) const;
  double number(const char* name) const;
  const std::string& text(const char* name) const;
  const std::vector<Index>& integers(const char* name) const;
  const Architecture& stages(const char* name) const;

  /// The value of `choices` whose to_string() is the text of the option. Throws FormatError when there is none.
  template <typename Enum, std::size_t count>
  Enum choice(const char* name, const Enum (&choices)[count]) const {
    const std::string& value = text(name);
    for (const Enum choice : choices) {
      if (value == to_string(choice)) return choice;
    }
    refuse(name, value);
  }

  friend bool operator==(const StageOptions& a, const StageOptions& b);

 private:
  const StageOption& find(const char* name, StageOption::Kind kind) const;
  [[noreturn]] static void refuse(const char* name, const std::string& value);

  std::vector<Entry> entries_;
};

/// {"conv2d", {{"filters", 32}, ...}}
struct Stage {
  std::string kind;
  StageOptions options = {};

  friend bool operator==(const Stage& a, const Stage& b) { return a.kind == b.kind && a.options == b.options; }
};

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/model/architecture.ipp>
#endif
