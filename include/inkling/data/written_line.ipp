#pragma once

#include <inkling/core/error.hpp>
#include <inkling/core/range.hpp>
#include <inkling/core/shape.hpp>
#include <inkling/data/capture.hpp>
#include <inkling/data/detail/ink_box.hpp>
#include <inkling/data/detail/written_number.hpp>
#include <inkling/data/distortion.hpp>
#include <inkling/data/sheet.hpp>
#include <inkling/data/surroundings.hpp>
#include <inkling/data/wear.hpp>
#include <inkling/data/written_line.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI {

namespace detail {

/// One line in the making, from left to right. Lengths are in pixels of the sheet, most of them shares of size_.
class LineOnPaper {
 public:
  LineOnPaper(std::string_view text, const LineWriter& writer, Rng& rng)
      : text_(text), writer_(writer), habits_(writer.habits()), rng_(rng), values_(pixels()) {}

  Pixels draw() {
    choose_hand();
    choose_spacing();
    lay_out_sheet();
    if (happens(habits_.other_signs)) first_ = at_ = right_ = at_ + other_sign(at_) + 0.1F * size_;
    for (place_ = 0; place_ < text_.size(); ++place_) {
      if (is_digit()) {
        write_digit();
      } else {
        write_sign();
      }
    }
    if (boxed_) print_boxes();
    if (happens(habits_.other_signs)) right_ += 0.15F * size_ + other_sign(right_ + 0.15F * size_);
    cut_sheet();
    wear();
    print();
    return photographed_bytes();
  }

 private:
  bool happens(float chance) { return rng_.uniform() < chance; }
  float normal(float deviation) { return deviation * rng_.normal(); }
  std::size_t pixels() const { return static_cast<std::size_t>(writer_.side() * writer_.side()); }
  Shape image_shape() const { return {writer_.side(), writer_.side(), 1}; }
  bool is_digit() const { return text_[place_] >= '0' && text_[place_] <= '9'; }

  /// How the writer holds the pen, and what he does to some digits.
  void choose_hand() {
    hand_ = writer_.hands() == 1 || happens(habits_.own_hand)
                ? 0
                : 1 + rng_.below(static_cast<std::uint32_t>(writer_.hands() - 1));
    size_ = happens(habits_.low_resolution) ? rng_.uniform(14, 24) : rng_.uniform(22, 56);
    style_.size = size_;
    style_.slant = std::clamp(0.1F + normal(0.18F), -0.35F, 0.6F);
    style_.stretch = rng_.uniform(0.8F, 1.25F);
    style_.steepness = rng_.uniform(1.2F, 3.5F);
    // Not lower, for then the paper of the character's square would be grey.
    style_.edge = std::max(0.5F / style_.steepness + 0.02F, happens(0.6F) ? rng_.uniform(0.15F, 0.7F) : 0.5F);
    pen_ = size_ * std::clamp(0.15F - 0.13F * (style_.edge - 0.15F), 0.05F, 0.16F);
    barred_sevens_ = happens(habits_.barred_sevens);
    flagged_ones_ = happens(habits_.flagged_ones);
    flag_ = size_ * rng_.uniform(0.15F, 1.0F);
    flag_angle_ = rng_.uniform(0.55F, 1.3F);
    mirrored_nines_ = happens(habits_.mirrored_nines);
    ticked_fives_ = happens(habits_.ticked_fives);
    hook_ = rng_.uniform(0, 0.3F);
    joined_zeros_ = happens(habits_.joined_zeros);
    joined_ = happens(habits_.joined);
    slope_ = normal(0.025F);
    elastic_ = happens(0.5F) ? 0.6F : 0.3F;
    small_from_ = happens(habits_.small_cents) ? text_.find(',') : std::string_view::npos;
  }

  /// Digits that touch, that stand beside one another, or far apart; or each in a box.
  void choose_spacing() {
    const float kind = rng_.uniform();
    gap_ = size_ * (kind < 0.35F  ? rng_.uniform(-0.12F, 0.04F)
                    : kind < 0.8F ? rng_.uniform(0.02F, 0.3F)
                                  : rng_.uniform(0.3F, 0.9F));
    uneven_ = size_ * rng_.uniform(0, 0.08F);
    const bool digits_alone = text_.find_first_not_of("0123456789") == std::string_view::npos;
    boxed_ = digits_alone && text_.size() > 1 && happens(habits_.boxes);
    pitch_ = size_ * rng_.uniform(0.95F, 1.6F);
  }

  void lay_out_sheet() {
    const auto count = static_cast<float>(text_.size());
    const auto height = static_cast<Index>(std::lround(size_ * rng_.uniform(1.25F, 2.2F))) + 4;
    const float step = boxed_ ? std::max(pitch_, 1.3F * size_) : 1.3F * size_ + std::max(0.0F, gap_);
    sheet_ = blank_sheet(static_cast<Index>(step * count + 3.5F * size_) + 8, height, size_);
    const float room = static_cast<float>(height) - 1.05F * size_;
    middle_ = static_cast<float>(height) / 2 + rng_.uniform(-0.18F, 0.18F) * room;
    at_ = rng_.uniform(0.15F, 0.9F) * size_;
    right_ = at_;
    first_ = at_;
  }

  /// The height of the line's middle where column x is.
  float middle_at(float x) const { return middle_ + slope_ * (x - static_cast<float>(sheet_.width()) / 2); }
  /// Column x of row y once the hand's slant is put in, about row `about`.
  float slanted(float x, float y, float about) const { return x - style_.slant * (y - about); }

  void stroke(float x0, float y0, float x1, float y1, float share = 1) {
    draw_stroke(sheet_, x0, y0, x1, y1, pen_ * share);
  }

  /// What of the square image is ink, in pixels of it.
  InkBox take_image() {
    for (int attempt = 0; attempt < 20; ++attempt) {
      const std::size_t hand = happens(0.85F) ? hand_ : rng_.below(static_cast<std::uint32_t>(writer_.hands()));
      const auto bytes = writer_.image(hand, text_[place_] - '0', rng_);
      std::transform(bytes.begin(), bytes.end(), values_.begin(),
                     [](std::uint8_t value) { return static_cast<float>(value) / 255; });
      if (text_[place_] == '9' && mirrored_nines_) mirror_image();
      random_distortion({.rotation = 5, .shear = 0.06F, .scale = 0.06F, .elastic = elastic_})(values_, image_shape(),
                                                                                              rng_);
      const InkBox box = box_of_ink(values_, image_shape());
      if (!box.empty()) return box;
    }
    return {0, 0, 0, 0};  // a set of empty images
  }

  void mirror_image() {
    const auto side = static_cast<std::ptrdiff_t>(writer_.side());
    for (auto row = values_.begin(); row != values_.end(); row += side) std::reverse(row, row + side);
  }

  void write_digit() {
    const bool small = place_ > small_from_;
    const InkBox box = take_image();
    Placement place = style_;
    place.size *= rng_.uniform(0.86F, 1.14F) * (small ? 0.62F : 1);
    place.rotation = normal(0.05F);
    place.slant += normal(0.05F);
    place.stretch *= rng_.uniform(0.88F, 1.14F);
    const auto side = static_cast<float>(writer_.side());
    const float unit = 7.0F / 6 * place.size / side;  // pixels of the sheet in one of the image
    const float width = unit * box.width() * place.stretch;
    const float height = unit * box.height();
    if (written_) at_ = right_ + gap_ + normal(uneven_);
    if (boxed_) at_ = first_ + pitch_ * static_cast<float>(place_) + (pitch_ - width) / 2 + normal(0.07F * pitch_);
    at_ = std::max(at_, 1.0F);
    float middle = middle_at(at_) + normal(0.06F * size_) - (small ? 0.2F * size_ : 0);
    if (height < 0.75F * place.size) middle += (place.size - height) / 2 * rng_.uniform(0, 0.8F);
    place.x = at_ + width / 2 - unit * place.stretch * (box.middle_x() - (side - 1) / 2);
    place.y = middle - unit * (box.middle_y() - (side - 1) / 2);
    if (text_[place_] == '5' && ticked_fives_) return go_on(tick(middle, place.slant));
    draw_character(sheet_, values_, writer_.side(), place);

    const Written now{at_, at_ + width, middle, height, text_[place_]};
    if (now.character == '7' && barred_sevens_) bar(now);
    if (now.character == '1' && flagged_ones_ && width < 0.5F * size_) flag(now);
    const bool zeros = joined_zeros_ && before_.character == '0' && now.character == '0';
    if (written_ && (zeros || joined_ || happens(0.02F))) join(before_, now);
    go_on(now);
  }

  /// A character on the sheet, before it was slanted.
  struct Written {
    float left = 0;
    float right = 0;
    float middle = 0;
    float height = 0;
    char character = 0;
  };

  void go_on(const Written& now) {
    before_ = now;
    written_ = true;
    right_ = now.right;
    end_ = std::max(end_, now.right);
  }

  /// A 5 without a belly: down from a hook, up, and a roof to the right.
  Written tick(float middle, float slant) {
    const float width = size_ * rng_.uniform(0.35F, 0.7F);
    const float height = size_ * rng_.uniform(0.75F, 1.0F);
    const float knee = rng_.uniform(0.25F, 0.55F);
    const std::array<float, 4> across{0, 0.7F * knee, knee + rng_.uniform(-0.1F, 0.15F), 1};
    std::array<float, 4> down{0.95F - hook_, 1, 0, 0};
    down[1] += rng_.uniform(-0.03F, 0.03F);
    down[2] += rng_.uniform(0, 0.12F);
    down[3] += rng_.uniform(-0.08F, 0.1F);
    const auto x = [&](std::size_t i) { return at_ + across[i] * width - slant * (down[i] - 0.5F) * height; };
    const auto y = [&](std::size_t i) { return middle + (down[i] - 0.5F) * height; };
    for (std::size_t i = 0; i + 1 < across.size(); ++i) stroke(x(i), y(i), x(i + 1), y(i + 1));
    return {at_, at_ + width, middle, height, '5'};
  }

  void bar(const Written& seven) {
    const float y = seven.middle + rng_.uniform(-0.08F, 0.12F) * seven.height;
    const float half = rng_.uniform(0.22F, 0.5F) * size_;
    const float rise = rng_.uniform(-0.12F, 0.06F) * size_;
    const float x = slanted((seven.left + seven.right) / 2 + 0.05F * (seven.right - seven.left), y, seven.middle);
    stroke(x - half, y - rise / 2, x + half, y + rise / 2);
  }

  void flag(const Written& one) {
    const float top = one.middle - one.height / 2 + pen_ / 2;
    const float x = slanted((one.left + one.right) / 2, top, one.middle);
    const float angle = flag_angle_ + normal(0.2F);
    const float length = flag_ * rng_.uniform(0.8F, 1.2F);
    const float across = std::max(0.1F * size_, std::min(length * std::sin(angle), one.left - 0.5F));
    stroke(x, top, x - across, top + std::max(0.08F * size_, std::abs(length * std::cos(angle))));
    if (!happens(0.1F)) return;  // a foot
    const float bottom = one.middle + one.height / 2 - pen_ / 2;
    const float foot = slanted((one.left + one.right) / 2, bottom, one.middle);
    stroke(foot - 0.2F * size_, bottom, foot + 0.2F * size_, bottom);
  }

  /// The pen stays on the paper between two digits.
  void join(const Written& from, const Written& to) {
    const float y0 = from.middle - rng_.uniform(0.1F, 0.5F) * to.height;
    const float y1 = to.middle - rng_.uniform(0.1F, 0.5F) * to.height;
    const float x0 = from.right - rng_.uniform(0, 0.25F) * size_;
    const float x1 = to.left + rng_.uniform(0.05F, 0.35F) * (to.right - to.left);
    const float x = (x0 + x1) / 2;
    const float y = (y0 + y1) / 2 + rng_.uniform(-0.05F, 0.12F) * size_;
    stroke(slanted(x0, y0, to.middle), y0, slanted(x, y, to.middle), y, 0.9F);
    stroke(slanted(x, y, to.middle), y, slanted(x1, y1, to.middle), y1, 0.9F);
  }

  void write_sign() {
    const float x = right_ + 0.5F * std::max(gap_, 0.0F) + rng_.uniform(0.02F, 0.18F) * size_;
    const float middle = middle_at(x);
    const float width = sign(text_[place_], x, middle);
    go_on({x, x + width, middle, size_, text_[place_]});
    if (happens(0.4F)) right_ += rng_.uniform(0, 0.3F) * size_;
  }

  /// Returns how wide it is.
  float sign(char which, float x, float middle) {
    const float foot = middle + 0.45F * size_;
    switch (which) {
      case '.': {
        const float y = foot - rng_.uniform(-0.05F, 0.12F) * size_;
        const float thick = rng_.uniform(0.9F, 1.7F);
        const float drawn = rng_.uniform(0, 0.08F) * size_;
        const float from = slanted(x + thick * pen_ / 2, y, middle);
        stroke(from, y, from + drawn, y + rng_.uniform(-0.03F, 0.03F) * size_, thick);
        return thick * pen_ + drawn;
      }
      case ',': {
        const float y = foot - rng_.uniform(0, 0.12F) * size_;
        const float length = rng_.uniform(0.1F, 0.3F) * size_;
        stroke(slanted(x + 0.1F * size_, y, middle), y, slanted(x, y + length, middle) - 0.02F * size_, y + length);
        return 0.1F * size_;
      }
      case '-': {
        const float y = middle + rng_.uniform(-0.12F, 0.2F) * size_;
        const float width = rng_.uniform(0.22F, 0.75F) * size_;
        const float begin = y + rng_.uniform(-0.05F, 0.05F) * size_;
        stroke(x, begin, x + width, y + rng_.uniform(-0.08F, 0.05F) * size_);
        return width;
      }
      case '=': {
        const float y = middle + rng_.uniform(-0.25F, 0.15F) * size_;
        const float width = rng_.uniform(0.22F, 0.65F) * size_;
        const float below = rng_.uniform(0.12F, 0.26F) * size_;
        const float tilt = rng_.uniform(-0.12F, 0.04F) * size_;
        const float other = width * rng_.uniform(0.7F, 1.1F);
        stroke(x, y, x + width, y + tilt);
        stroke(x + rng_.uniform(-0.05F, 0.1F) * size_, y + below, x + other, y + below + tilt);
        if (happens(0.15F)) stroke(x + width, y + tilt, x, y + below, 0.8F);
        return std::max(width, other);
      }
      default: {  // '/'
        const float width = rng_.uniform(0.2F, 0.55F) * size_;
        const float height = rng_.uniform(0.9F, 1.35F) * size_;
        stroke(x, middle + height / 2, x + width, middle - height / 2);
        return width;
      }
    }
  }

  /// What stands before or behind a number and is none of its signs. Returns how wide it is.
  float other_sign(float x) {
    const float width = size_ * rng_.uniform(0.3F, 0.6F);
    const float y = middle_;
    switch (rng_.below(4)) {
      case 0: {  // *
        for (int i = 0; i < 3; ++i) {
          const float angle = 0.3F + static_cast<float>(i) * std::numbers::pi_v<float> / 3;
          const float across = std::cos(angle) * width / 2;
          const float down = std::sin(angle) * width / 2;
          stroke(x + width / 2 - across, y - down, x + width / 2 + across, y + down);
        }
        break;
      }
      case 1: {  // #
        for (const float share : {0.2F, 0.5F}) {
          stroke(x + width * (share + 0.1F), y - 0.6F * width, x + width * share, y + 0.6F * width);
          const float row = y + (share < 0.3F ? -0.2F : 0.2F) * width;
          stroke(x, row, x + width, row - 0.05F * width);
        }
        break;
      }
      case 2: {  // $
        constexpr int pieces = 10;
        for (int i = 0; i < pieces; ++i) {
          const auto point = [&](int k) {
            const float along = static_cast<float>(k) / pieces;
            const float across = std::sin(2 * std::numbers::pi_v<float> * along);
            return std::pair(x + width * (k == 0 ? 0.8F : 0.5F * (1 - across)), y + size_ * (0.8F * along - 0.4F));
          };
          const auto [x0, y0] = point(i);
          const auto [x1, y1] = point(i + 1);
          stroke(x0, y0, x1, y1);
        }
        stroke(x + 0.55F * width, y - 0.6F * size_, x + 0.45F * width, y + 0.6F * size_);
        break;
      }
      default: {  // a stray stroke
        const float begin = y + rng_.uniform(-0.4F, 0.4F) * size_;
        const float across = width * rng_.uniform(0.1F, 0.8F);
        stroke(x, begin, x + across, y + rng_.uniform(-0.4F, 0.4F) * size_);
      }
    }
    end_ = std::max(end_, x + width);
    return width;
  }

  RuleStyle print_style(float thinnest, float thickest) {
    RuleStyle style;
    style.thickness = size_ * rng_.uniform(thinnest, thickest);
    style.darkness = rng_.uniform(0.3F, 1.0F);
    if (happens(0.25F)) style.dash = size_ * rng_.uniform(0.03F, 0.15F);
    return style;
  }

  /// A straight printed stroke, dashed if the style is.
  void print_stroke(float x0, float y0, float x1, float y1, const RuleStyle& style) {
    const float length = std::hypot(x1 - x0, y1 - y0);
    if (!(length > 0)) return;
    const float step = style.dash > 0 ? 2 * style.dash : length;
    for (float from = 0; from < length; from += step) {
      const float to = style.dash > 0 ? std::min(length, from + style.dash) : length;
      draw_stroke(sheet_, x0 + (x1 - x0) * from / length, y0 + (y1 - y0) * from / length, x0 + (x1 - x0) * to / length,
                  y0 + (y1 - y0) * to / length, style.thickness, style.darkness);
    }
  }

  void print_boxes() {
    const RuleStyle style = print_style(0.02F, 0.1F);
    const float width = happens(0.5F) ? pitch_ : pitch_ * rng_.uniform(0.7F, 0.95F);
    const float height = std::min(size_ * rng_.uniform(1.1F, 1.8F), static_cast<float>(sheet_.height()) - 3);
    const bool comb = happens(0.25F);
    const float corner = !comb && happens(0.2F) ? 0.12F * height : 0;
    const float top = comb ? middle_ : middle_ - height / 2;
    const float bottom = middle_ + height / 2;
    for (std::size_t i = 0; i < text_.size(); ++i) {
      const float left = first_ + pitch_ * static_cast<float>(i) + (pitch_ - width) / 2;
      const float right = left + width;
      print_stroke(left + corner, bottom, right - corner, bottom, style);
      print_stroke(left, top + corner, left, bottom - corner, style);
      print_stroke(right, top + corner, right, bottom - corner, style);
      if (comb) continue;
      print_stroke(left + corner, top, right - corner, top, style);
      if (!(corner > 0)) continue;
      print_stroke(left, top + corner, left + corner, top, style);
      print_stroke(right - corner, top, right, top + corner, style);
      print_stroke(left, bottom - corner, left + corner, bottom, style);
      print_stroke(right - corner, bottom, right, bottom - corner, style);
    }
    end_ = std::max(end_, first_ + pitch_ * static_cast<float>(text_.size()));
  }

  /// Behind the last character.
  void cut_sheet() {
    const float end = std::max(end_, right_) + size_ * (rng_.uniform(0.15F, 0.9F) + 0.3F * std::abs(style_.slant));
    const Index width = std::clamp<Index>(static_cast<Index>(end), 8, sheet_.width());
    for (Matrix* part : {&sheet_.ink, &sheet_.paper}) {
      Matrix cut(width, part->cols());
      for (Index y = 0; y < cut.cols(); ++y) std::copy_n(&(*part)(0, y), width, &cut(0, y));
      *part = std::move(cut);
    }
  }

  void wear() {
    if (happens(habits_.pressure)) press_unevenly(sheet_, rng_.uniform(0.2F, 0.8F), rng_);
    if (happens(habits_.grain)) add_grain(sheet_, rng_.uniform(0.2F, 0.7F), rng_);
    sheet_.strength = happens(habits_.faint) ? rng_.uniform(0.2F, 0.5F) : rng_.uniform(0.45F, 0.98F);
  }

  void print() {
    const RuleStyle style = print_style(0.02F, 0.08F);
    const float slope = normal(0.01F);
    if (happens(habits_.rules)) {
      add_rule(sheet_, false, middle_ + size_ * rng_.uniform(0.4F, 0.75F), slope, style);
      if (happens(0.2F)) add_rule(sheet_, false, middle_ - size_ * rng_.uniform(0.5F, 0.8F), slope, style);
    }
    if (happens(0.5F)) sheet_.paper *= rng_.uniform(0.45F, 1.0F);
    if (happens(habits_.light)) light_unevenly(sheet_, rng_.uniform(0.1F, 0.5F), rng_);
    if (happens(habits_.texture)) {
      const float depth = rng_.uniform(0.03F, 0.2F);
      add_texture(sheet_, depth, size_ * rng_.uniform(0.05F, 0.5F), rng_);
    }
    if (happens(habits_.waves)) {
      for (std::uint32_t families = 1 + rng_.below(3); families > 0; --families) add_waves(sheet_, rng_);
    }
  }

  Pixels photographed_bytes() {
    Matrix picture = photographed(sheet_);
    if (happens(habits_.blur)) {
      const float side = rng_.uniform(0.05F, 0.3F);
      defocus(picture, side, size_ > 26 && happens(0.5F) ? 3 : 1);
    }
    if (happens(habits_.noise)) add_noise(picture, sheet_.strength * rng_.uniform(0.005F, 0.1F), rng_);
    if (happens(habits_.specks)) {
      const float chance = rng_.uniform(0.001F, 0.006F);
      add_specks(picture, chance, rng_.uniform(0.3F, 1.0F), rng_);
    }
    if (happens(habits_.blocks)) compress_blocks(picture, sheet_.strength * rng_.uniform(0.02F, 0.15F));
    if (happens(habits_.one_bit)) {
      picture.array() /= sheet_.paper.array().max(0.05F);
      make_one_bit(picture, 1 - sheet_.strength * rng_.uniform(0.35F, 0.65F));
    }
    return to_bytes(picture);
  }

  std::string_view text_;
  const LineWriter& writer_;
  const LineHabits& habits_;
  Rng& rng_;
  std::vector<float> values_;  // of one digit's image
  Sheet sheet_;

  std::size_t hand_ = 0;
  float size_ = 0;  // of a digit's longer side
  Placement style_;
  float pen_ = 0;
  bool barred_sevens_ = false;
  bool flagged_ones_ = false;
  float flag_ = 0;        // its length
  float flag_angle_ = 0;  // radians from the stem
  bool mirrored_nines_ = false;
  bool ticked_fives_ = false;
  float hook_ = 0;  // of a ticked 5, as a share of its height
  bool joined_zeros_ = false;
  bool joined_ = false;
  float slope_ = 0;  // of the base line
  float elastic_ = 0;
  std::size_t small_from_ = std::string_view::npos;

  float gap_ = 0;
  float uneven_ = 0;  // standard deviation of the gaps
  bool boxed_ = false;
  float pitch_ = 0;  // from box to box

  float middle_ = 0;  // row of the sheet
  float first_ = 0;   // where the line begins
  float at_ = 0;      // where the next character begins
  float right_ = 0;   // where the last one ended
  float end_ = 0;     // of all that is written
  std::size_t place_ = 0;
  bool written_ = false;  // something, which is before_
  Written before_;
};

}  // namespace detail

INKLING_INLINE std::string written_number(Rng& rng) {
  return detail::WrittenNumber(rng).draw();
}

INKLING_INLINE void LineHabits::check() const {
  in_range("LineHabits::own_hand", own_hand, {0, 1});
  in_range("LineHabits::barred_sevens", barred_sevens, {0, 1});
  in_range("LineHabits::flagged_ones", flagged_ones, {0, 1});
  in_range("LineHabits::mirrored_nines", mirrored_nines, {0, 1});
  in_range("LineHabits::ticked_fives", ticked_fives, {0, 1});
  in_range("LineHabits::joined_zeros", joined_zeros, {0, 1});
  in_range("LineHabits::joined", joined, {0, 1});
  in_range("LineHabits::small_cents", small_cents, {0, 1});
  in_range("LineHabits::boxes", boxes, {0, 1});
  in_range("LineHabits::other_signs", other_signs, {0, 1});
  in_range("LineHabits::low_resolution", low_resolution, {0, 1});
  in_range("LineHabits::pressure", pressure, {0, 1});
  in_range("LineHabits::grain", grain, {0, 1});
  in_range("LineHabits::faint", faint, {0, 1});
  in_range("LineHabits::rules", rules, {0, 1});
  in_range("LineHabits::light", light, {0, 1});
  in_range("LineHabits::texture", texture, {0, 1});
  in_range("LineHabits::waves", waves, {0, 1});
  in_range("LineHabits::blur", blur, {0, 1});
  in_range("LineHabits::noise", noise, {0, 1});
  in_range("LineHabits::specks", specks, {0, 1});
  in_range("LineHabits::blocks", blocks, {0, 1});
  in_range("LineHabits::one_bit", one_bit, {0, 1});
}

INKLING_INLINE LineWriter::LineWriter(std::vector<Dataset> hands, const LineHabits& habits)
    : hands_(std::move(hands)), images_(hands_.size()), habits_(habits) {
  habits_.check();
  require<ValueError>(!hands_.empty(), "LineWriter: expected the digits of one hand at least, got none");
  const Shape& shape = hands_.front().image_shape();
  for (std::size_t hand = 0; hand < hands_.size(); ++hand) {
    const Dataset& digits = hands_[hand];
    if (digits.image_shape() != shape || shape.height != shape.width || shape.channels != 1) {
      throw ShapeError("LineWriter: expected square grey images of one size, got " + to_string(digits.image_shape()) +
                       " of hand " + std::to_string(hand));
    }
    for (Index i = 0; i < digits.size(); ++i) {
      const std::string& name = digits.class_names()[static_cast<std::size_t>(digits.label(i))];
      if (name.size() == 1 && name[0] >= '0' && name[0] <= '9') {
        images_[hand][static_cast<std::size_t>(name[0] - '0')].push_back(i);
      }
    }
    for (std::size_t digit = 0; digit < 10; ++digit) {
      if (!images_[hand][digit].empty()) continue;
      throw ValueError("LineWriter: hand " + std::to_string(hand) + " has no image of the digit " +
                       std::to_string(digit));
    }
  }
}

INKLING_INLINE std::span<const std::uint8_t> LineWriter::image(std::size_t hand, int digit, Rng& rng) const {
  const std::vector<Index>& images = images_[hand][static_cast<std::size_t>(digit)];
  return hands_[hand].image(images[rng.below(static_cast<std::uint32_t>(images.size()))]);
}

INKLING_INLINE Pixels LineWriter::write(std::string_view text, Rng& rng) const {
  require<ValueError>(!text.empty(), "LineWriter: expected a text, got an empty one");
  const std::size_t other = text.find_first_not_of("0123456789.,-/=");
  if (other != std::string_view::npos) {
    throw ValueError("LineWriter: expected digits and the signs . , - / =, got '" + std::string(text) + "'");
  }
  return detail::LineOnPaper(text, *this, rng).draw();
}

}  // namespace inkling::inline INKLING_ABI
