#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/form/results/evaluation.hpp>
#include <inkling/form/run/run.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace inkling::inline INKLING_ABI::form {

/// Somebody else decided about the field meanwhile, or has it in hand.
struct ReviewConflict : Error {
  using Error::Error;
};

struct ReviewOptions {
  double least_sure = 0;  // share of all fields, those of the least confidence, that are asked beside the doubtful ones
  double double_key = 0;  // share of all fields that a second typist is asked; 0: as the run was begun with
  std::uint64_t seed = 1;  // of which these are
  double claim = 300;      // seconds for which a field stays with whom it was handed to
  /// Seconds since 1970-01-01; empty: the system's.
  std::function<std::int64_t()> clock = {};

  void check() const;  // throws ValueError that names the first field out of range
};

/// What comes after what.
enum class ReviewOrder {
  confidence,  // the least sure first
  field,       // a field of all pages, then the next
  reading      // what was read as the same text, so that an odd one stands out
};

enum class ReviewTurn {
  first,   // the reading is doubtful
  second,  // a second typist is asked, who must not be shown the reading
  again    // the first and the second differ
};

/// A field that a reviewer has in hand.
struct ReviewTask {
  std::int64_t page = 0;
  std::string field = {};
  ReviewTurn turn = ReviewTurn::first;
  std::int64_t after = 0;        // the last decision about the field, which the next one must know; 0: none
  std::string text = {};         // what it says so far; empty for a second typist
  std::string second_text = {};  // of the second typist, where the first is asked again
  FieldStatus status = FieldStatus::doubtful;
  double confidence = 0;
  std::string reason = {};
};

/// What a reviewer says about a field. `text` matters for corrected and second, see typed_text.
struct ReviewAnswer {
  std::int64_t page = 0;
  std::string field = {};
  std::int64_t after = 0;
  DecisionKind kind = DecisionKind::accepted;  // any but undo
  std::string text = {};
  std::string by = {};
};

/// A decision as it was put down, and what its reviewer has in hand next.
struct ReviewStep {
  Decision decision = {};
  std::vector<ReviewTask> next = {};
};

struct ReviewProgress {
  std::size_t fields = 0;    // that can be asked: all but tables, pictures, and those put together from others
  std::size_t asked = 0;     // that are doubtful, or among the least sure
  std::size_t decided = 0;   // of those
  std::size_t in_hand = 0;   // of anybody, just now
  std::size_t sample = 0;    // that a second typist is asked
  std::size_t keyed = 0;     // of those
  std::size_t differed = 0;  // of those
  std::size_t again = 0;     // of those that differed, waiting to be decided
  /// Of the fields of the sample whose text is known: those that were right before the second typist saw them. What
  /// slips through is the rest, and it has the rest of the interval.
  Share right = {};
  /// The accepted share at a stated error, of the fields of the sample whose text is known, and as they were read,
  /// before anybody decided. The sample is drawn from all fields, so that it speaks for the run.
  std::vector<AcceptedShare> accepted = {};
};

/// What is known of a reading: a line of a set to calibrate with.
struct KnownField {
  std::int64_t page = 0;
  std::string field = {};
  std::string file = {};
  int number = 1;         // of the page in its file
  std::string read = {};  // what was read
  std::string text = {};  // what a person decided
  double confidence = 0;
  bool right = false;    // they are the same
  bool sampled = false;  // drawn at random, and keyed twice; the others were asked because they were unsure
};

/// As CSV: page, file, number, field, read, text, confidence, right (0 or 1), sampled (0 or 1).
std::string known_table(const std::vector<KnownField>& known);

/// The doubtful fields of a run, handed to reviewers one by one, and what they decide. Every decision is on the disk
/// before decide returns, and two never decide the same: a decision must know the one before it, whatever became of
/// claims, servers and clocks. Several processes may review a run, and pages may be added meanwhile.
///
/// Members may be called from many threads at once. Those that write throw FileError when the disk refuses.
class Review {
 public:
  /// Throws as Run does; ValueError when the run was begun with another sample for double keying.
  explicit Review(const std::filesystem::path& run, ReviewOptions options = {});
  Review(Review&&) noexcept;
  Review& operator=(Review&&) noexcept;
  ~Review();

  /// Up to `count` fields for a reviewer: those that this one has in hand already first. They are this reviewer's for a
  /// while. Fields read as the same stay together with ReviewOrder::reading, those of one name with ReviewOrder::field.
  std::vector<ReviewTask> next(const std::string& reviewer, ReviewOrder order = ReviewOrder::confidence,
                               std::size_t count = 1);

  /// Puts down what a reviewer says, and gives the decision back. The same answer once more, from who did not hear that
  /// it arrived, changes nothing. Throws ReviewConflict when it does not know the last decision about the field or
  /// another has the field in hand; ValueError for a field that is not there and for a text that the field cannot have,
  /// with the reason.
  Decision decide(const ReviewAnswer& answer);
  /// The same, with what next gives, in one step on the disk.
  ReviewStep decide_and_next(const ReviewAnswer& answer, ReviewOrder order, std::size_t count);

  /// Takes back the reviewer's last decision that stands and that nobody decided after. Nothing when there is none.
  std::optional<ReviewTask> undo(const std::string& reviewer);

  /// Gives back what the reviewer has in hand.
  void leave(const std::string& reviewer);

  ReviewProgress progress() const;
  std::vector<KnownField> known() const;

  const Run& run() const noexcept;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace inkling::inline INKLING_ABI::form

#ifndef INKLING_COMPILED
#include <inkling/form/run/review.ipp>
#endif
