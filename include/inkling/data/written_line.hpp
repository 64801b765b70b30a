#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/rng.hpp>
#include <inkling/data/dataset.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace inkling::inline INKLING_ABI {

/// A number as people write them on forms, cheques and envelopes: dates (3/11/2023, 03.11.23), amounts (1.250, 17,50,
/// 300.-, =45=), and codes of 1 to 12 digits. Digits and the signs . , - / = alone; at most 14 characters.
std::string written_number(Rng& rng);

/// How numbers stand on paper: the share of the lines that each habit or fault meets. How strong it is, is drawn anew
/// for each line.
struct LineHabits {
  float own_hand = 0.68F;        // all digits of the first set; else most are of one of the others
  float barred_sevens = 0.45F;   // with a stroke through the stem
  float flagged_ones = 0.45F;    // with an upstroke, as on the continent
  float mirrored_nines = 0.12F;  // with the loop on the right of the stem, as a P
  float ticked_fives = 0.12F;    // as a tick with a roof
  float joined_zeros = 0.3F;     // a stroke from one 0 to the next
  float joined = 0.1F;           // a stroke from each digit to the next
  float small_cents = 0.12F;     // what follows a comma, smaller and higher
  float boxes = 0.12F;           // printed boxes or a comb, one for each digit
  float other_signs = 0.08F;     // before and behind: $, #, *, and strokes that are no sign at all
  float low_resolution = 0.3F;   // 14 to 24 pixels to a digit, else 22 to 56
  float pressure = 0.3F;
  float grain = 0.15F;
  float faint = 0.3F;
  float rules = 0.25F;  // below the line
  float light = 0.3F;
  float texture = 0.25F;
  float waves = 0.4F;  // fine lines all over the paper, as cheques have
  float blur = 0.5F;
  float noise = 0.5F;
  float specks = 0.04F;
  float blocks = 0.2F;
  float one_bit = 0.15F;

  void check() const;  // throws ValueError that names the first share outside 0..1
};

/// Writes numbers on paper with the digits of data sets, and photographs them.
class LineWriter {
 public:
  /// hands: sets of square images of one channel and one size, with classes named 0 to 9 and one image at least of
  /// each; other classes are left out. Throws ValueError without a hand, for one without some digit, and as
  /// LineHabits::check; ShapeError for other images.
  explicit LineWriter(std::vector<Dataset> hands, const LineHabits& habits = {});

  /// text: digits and the signs . , - / = (written_number makes such). Result: width x height bytes, 0 black to 255
  /// white, a column is a row of the picture, as found_picture returns. May be called from many threads at once. Throws
  /// ValueError for an empty text and for another character.
  Pixels write(std::string_view text, Rng& rng) const;

  /// One of the images of a digit, 0 to 9, of a hand.
  std::span<const std::uint8_t> image(std::size_t hand, int digit, Rng& rng) const;
  std::size_t hands() const noexcept { return hands_.size(); }
  const LineHabits& habits() const noexcept { return habits_; }
  Index side() const noexcept { return hands_.front().image_shape().height; }

 private:
  std::vector<Dataset> hands_;
  std::vector<std::array<std::vector<Index>, 10>> images_;  // [hand][digit]
  LineHabits habits_;
};

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/data/written_line.ipp>
#endif
