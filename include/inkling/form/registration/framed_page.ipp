#pragma once

#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/form/registration/corner_markers.hpp>
#include <inkling/form/registration/cut.hpp>
#include <inkling/form/registration/framed_page.hpp>
#include <inkling/form/registration/ink_map.hpp>
#include <inkling/form/registration/sheet_outline.hpp>
#include <inkling/form/registration/warp_fit.hpp>
#include <inkling/picture/gaussian.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <map>
#include <numbers>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI::form {

namespace detail {

inline double median_of(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

inline std::string whole_percent(double share) {
  return std::to_string(std::lround(100 * share));
}

/// The bubbles of a template as something to be looked for: each is darker than what lies between it and its
/// neighbours, since it has an outline, a letter, or is filled.
class MarkPattern {
 public:
  explicit MarkPattern(const std::vector<std::vector<Quad>>& rows) {
    std::vector<Point> all;
    std::vector<double> sizes;
    for (const std::vector<Quad>& row : rows) {
      for (const Quad& quad : row) {
        const Quad box = bounds(quad);
        all.push_back({(box[0].x + box[2].x) / 2, (box[0].y + box[2].y) / 2});
        sizes.push_back(std::min(box[2].x - box[0].x, box[2].y - box[0].y));
      }
    }
    size_ = std::max(1.0, median_of(sizes));
    pitch_ = 2.5 * size_;
    std::size_t at = 0;
    for (const std::vector<Quad>& row : rows) {
      if (row.empty()) continue;
      Row pattern;
      for (std::size_t k = 0; k < row.size(); ++k, ++at) {
        pattern.marks.push_back({all[at], around(all, at)});
        pattern.centre.x += all[at].x / static_cast<double>(row.size());
        pattern.centre.y += all[at].y / static_cast<double>(row.size());
      }
      rows_.push_back(std::move(pattern));
    }
  }

  struct Mark {
    Point centre;
    std::array<Point, 4> between;  // where there is paper: halfway to its neighbours, or beside it
  };
  struct Row {
    Point centre;
    std::vector<Mark> marks;
  };

  const std::vector<Row>& rows() const noexcept { return rows_; }
  double size() const noexcept { return size_; }
  double pitch() const noexcept { return pitch_; }  // template pixels between the closest neighbours

 private:
  std::array<Point, 4> around(const std::vector<Point>& all, std::size_t mark) {
    constexpr std::array<Point, 4> directions{{{1, 0}, {0, 1}, {-1, 0}, {0, -1}}};
    std::array<Point, 4> between{};
    for (std::size_t d = 0; d < 4; ++d) {
      double apart = 2.2 * size_;
      bool found = false;
      for (const Point& other : all) {
        const Point to{other.x - all[mark].x, other.y - all[mark].y};
        const double along = to.x * directions[d].x + to.y * directions[d].y;
        const double off = std::abs(to.x * directions[d].y) + std::abs(to.y * directions[d].x);
        if (along > 0.5 * size_ && along < apart && off < 0.35 * size_) {
          apart = along;
          found = true;
        }
      }
      if (found) pitch_ = std::min(pitch_, apart);
      const double step = found ? apart / 2 : 0.9 * size_;
      between[d] = {all[mark].x + step * directions[d].x, all[mark].y + step * directions[d].y};
    }
    return between;
  }

  std::vector<Row> rows_;
  double size_ = 0;
  double pitch_ = 0;
};

/// A page as the map sees it, blurred to the size of bubbles.
class MarkField {
 public:
  MarkField(const FramedPage& reference, const MarkPattern& pattern, const GreyImage& page, const PageMap& map) {
    constexpr double working_size = 14;  // pixels of a bubble
    pixel_ = std::max({pattern.size() / working_size, reference.width / 2400, reference.height / 2400});
    const auto width = std::max<Index>(16, static_cast<Index>(std::lround(reference.width / pixel_)));
    const auto height = std::max<Index>(16, static_cast<Index>(std::lround(reference.height / pixel_)));
    const GreyImage ink = ink_map(cut(page, map, upright(0, 0, reference.width, reference.height), width, height),
                                  static_cast<Index>(4 * working_size));
    FloatImage amount(width, height);
    std::copy(ink.values().begin(), ink.values().end(), amount.values().begin());
    plain_ = amount;
    ink_ = gaussian_blur(amount, static_cast<float>(std::min(0.33 * pattern.size(), 0.3 * pattern.pitch()) / pixel_));
  }

  double pixel() const noexcept { return pixel_; }  // template pixels

  /// Ink at a pixel of the working picture that lies (u, v) beside a point of the template; 0 outside.
  float ink_beside(const Point& centre, int u, int v) const {
    const auto x = static_cast<Index>(std::floor(centre.x / pixel_)) + u;
    const auto y = static_cast<Index>(std::floor(centre.y / pixel_)) + v;
    return x >= 0 && y >= 0 && x < plain_.width() && y < plain_.height() ? plain_(x, y) : 0.0F;
  }

  /// How much darker the bubbles of a row are than the paper between them, when it lies `shift` template pixels away.
  double contrast(const MarkPattern::Row& row, const Point& shift) const {
    double sum = 0;
    for (const MarkPattern::Mark& mark : row.marks) {
      double paper = 0;
      for (const Point& point : mark.between) paper += at(point, shift) / 4;
      sum += at(mark.centre, shift) - paper;
    }
    return sum / static_cast<double>(row.marks.size());
  }

 private:
  double at(const Point& point, const Point& shift) const {
    const auto x = static_cast<Index>(std::floor((point.x + shift.x) / pixel_));
    const auto y = static_cast<Index>(std::floor((point.y + shift.y) / pixel_));
    if (x < 0 || y < 0 || x >= ink_.width() || y >= ink_.height()) return 0;
    return static_cast<double>(ink_(x, y));
  }

  FloatImage plain_;  // ink, 0 to 255
  FloatImage ink_;    // the same, blurred
  double pixel_ = 1;
};

/// What all bubbles of a page have in common: their outline. It is learnt from the page itself, so that text or lines
/// at the places of bubbles are told from them, as they look different at each.
class BubbleLook {
 public:
  BubbleLook(const MarkField& field, const MarkPattern& pattern) : field_(field) {
    const int reach = std::clamp(static_cast<int>(std::lround(0.5 * pattern.pitch() / field.pixel())), 6, 20);
    const double middle = 0.3 * pattern.size() / field.pixel();  // which differs: letters, and marks
    for (int v = -reach; v <= reach; ++v) {
      for (int u = -reach; u <= reach; ++u) {
        const double radius = std::hypot(u, v);
        if (radius > middle && radius < reach + 0.5) ring_.push_back({u, v});
      }
    }
    for (const MarkPattern::Row& row : pattern.rows()) {
      for (const MarkPattern::Mark& mark : row.marks) centres_.push_back(mark.centre);
    }
    shifts_.resize(centres_.size());
    // Bubbles are printed and found a little beside their places: each is laid on the common look before that is
    // learnt anew.
    learn();
    align();
    learn();
    align();
  }

  /// Whether the page shows an outline that its bubbles share. Evenly spaced lines of text share stripes: the more of
  /// the look is stripes, the more alike its bubbles have to be. Measured: text 0.52 to 0.62 alike with looks of 0.60
  /// to 0.82 stripes, bubbles 0.69 to 1 with 0.10 to 0.50.
  bool is_shared() const {
    constexpr double least_strength = 8;  // of 255
    const double strength = static_cast<double>(norm_) / std::sqrt(static_cast<double>(ring_.size()));
    const double stripes = std::max(explained_by_stripes(0), explained_by_stripes(1));
    return strength >= least_strength && median_of(likeness_) > 0.3 + 0.5 * stripes;
  }

  /// The correlation of each bubble's surroundings with the common look.
  const std::vector<double>& likeness() const noexcept { return likeness_; }

 private:
  using Shift = std::array<int, 2>;

  float ink(std::size_t bubble, std::size_t at, const Shift& shift) const {
    return field_.ink_beside(centres_[bubble], ring_[at][0] + shift[0], ring_[at][1] + shift[1]);
  }

  /// Share of the look's variance that is left when it is averaged along an axis, 0 (x) or 1 (y).
  double explained_by_stripes(std::size_t axis) const {
    std::map<int, std::pair<float, float>> stripes;  // sum and count by place across
    for (std::size_t at = 0; at < ring_.size(); ++at) {
      auto& [sum, count] = stripes[ring_[at][1 - axis]];
      sum += look_[at];
      count += 1;
    }
    float squares = 0;
    for (const auto& [place, stripe] : stripes) squares += stripe.first * stripe.first / stripe.second;
    return norm_ > 0 ? static_cast<double>(squares / (norm_ * norm_)) : 1;
  }

  void learn() {
    look_.clear();
    std::vector<float> values(centres_.size());
    for (std::size_t at = 0; at < ring_.size(); ++at) {
      for (std::size_t i = 0; i < centres_.size(); ++i) values[i] = ink(i, at, shifts_[i]);
      const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
      std::nth_element(values.begin(), middle, values.end());
      look_.push_back(*middle);
    }
    float mean = 0;
    for (const float value : look_) mean += value / static_cast<float>(look_.size());
    float squares = 0;
    for (float& value : look_) {
      value -= mean;
      squares += value * value;
    }
    norm_ = std::sqrt(squares);
  }

  double correlation(std::size_t bubble, const Shift& shift) const {
    float sum = 0;
    float product = 0;
    float squares = 0;
    for (std::size_t at = 0; at < ring_.size(); ++at) {
      const float value = ink(bubble, at, shift);
      sum += value;
      product += value * look_[at];
      squares += value * value;
    }
    const float variance = squares - sum * sum / static_cast<float>(ring_.size());
    return variance > 1 && norm_ > 0 ? static_cast<double>(product / (std::sqrt(variance) * norm_)) : 0;
  }

  void align() {
    likeness_.assign(centres_.size(), -1);
    for (std::size_t i = 0; i < centres_.size(); ++i) {
      for (int v = -2; v <= 2; ++v) {
        for (int u = -2; u <= 2; ++u) {
          const double value = correlation(i, {u, v});
          if (value <= likeness_[i]) continue;
          likeness_[i] = value;
          shifts_[i] = {u, v};
        }
      }
    }
  }

  const MarkField& field_;
  std::vector<std::array<int, 2>> ring_;  // pixels around a bubble's middle
  std::vector<Point> centres_;
  std::vector<Shift> shifts_;
  std::vector<float> look_;  // of the ring, its mean taken off
  float norm_ = 0;
  std::vector<double> likeness_;
};

/// Follows the rows of bubbles from a first guess.
class FrameFit {
 public:
  FrameFit(const FramedPage& reference, const MarkPattern& pattern, const GreyImage& page, const Homography& map)
      : reference_(reference), pattern_(pattern), page_(page) {
    map_.homography = map;
  }

  /// The frame may be off by a little as a whole: the best shift of all rows together.
  void shift_whole() {
    const MarkField field(reference_, pattern_, page_, map_);
    const double step = 2 * field.pixel();
    const double reach = std::max(pattern_.size(), 0.02 * std::max(reference_.width, reference_.height));
    const int steps = std::min(30, static_cast<int>(reach / step));
    const std::size_t stride = std::max<std::size_t>(1, pattern_.rows().size() / 60);
    double best = -1e9;
    Point shift;
    for (int j = -steps; j <= steps; ++j) {
      for (int i = -steps; i <= steps; ++i) {
        const Point at{i * step, j * step};
        double score = 0;
        for (std::size_t k = 0; k < pattern_.rows().size(); k += stride) {
          score += std::min(60.0, field.contrast(pattern_.rows()[k], at));
        }
        score *= 1 - 0.25 * std::hypot(i, j) / std::max(1, steps);
        if (score > best) {
          best = score;
          shift = at;
        }
      }
    }
    Eigen::Matrix3d translation = Eigen::Matrix3d::Identity();
    translation(0, 2) = shift.x;
    translation(1, 2) = shift.y;
    map_.homography = map_.homography.after(Homography(translation));
  }

  /// Where each row lies, up to `radius` template pixels away.
  void find(double radius) {
    const MarkField& field = field_.emplace(reference_, pattern_, page_, map_);
    offsets_.clear();
    std::vector<double> contrasts;
    for (const MarkPattern::Row& row : pattern_.rows()) {
      double contrast = 0;
      offsets_.push_back({.at = row.centre,
                          .offset = best_shift(field, row, radius, contrast),
                          .information = Eigen::Matrix2d::Identity(),
                          .correlation = contrast,
                          .visible = is_visible(row)});
      contrasts.push_back(contrast);
    }
    usual_contrast_ = median_of(contrasts);
    for (BlockOffset& offset : offsets_) {
      offset.correlation = std::clamp(offset.correlation / std::max(1.0, usual_contrast_), 0.0, 1.0);
    }
  }

  void bend(double stiffness) {
    map_.warp = fit_warp(offsets_, map_.warp, reference_.width, reference_.height,
                         {.spacing = std::max(reference_.width, reference_.height) / 8,
                          .stiffness = stiffness,
                          .outlier = 0.25 * pattern_.size()});
  }

  /// Share of each row's bubbles that look like the others of the page; nothing where no look is shared.
  /// Requires: find came before, and no bend since.
  std::vector<double> likeness() const {
    const BubbleLook look(*field_, pattern_);
    const bool is_shared = look.is_shared();
    std::vector<double> shares;
    std::size_t at = 0;
    for (const MarkPattern::Row& row : pattern_.rows()) {
      double alike = 0;
      for (std::size_t k = 0; k < row.marks.size(); ++k, ++at) alike += look.likeness()[at] > 0.4 ? 1 : 0;
      shares.push_back(is_shared ? alike / static_cast<double>(row.marks.size()) : 0);
    }
    return shares;
  }

  const PageMap& map() const noexcept { return map_; }
  const std::vector<BlockOffset>& offsets() const noexcept { return offsets_; }
  double usual_contrast() const noexcept { return usual_contrast_; }

  bool is_found(const BlockOffset& offset) const {
    return offset.visible && offset.correlation > 0.35 &&
           std::hypot(offset.offset.x, offset.offset.y) < 0.3 * pattern_.size();
  }

 private:
  Point best_shift(const MarkField& field, const MarkPattern::Row& row, double radius, double& best) const {
    const double step = field.pixel();
    const int steps = std::max(1, static_cast<int>(std::lround(radius / step)));
    best = -1e9;
    int u = 0;
    int v = 0;
    for (int j = -steps; j <= steps; ++j) {
      for (int i = -steps; i <= steps; ++i) {
        const double far = std::hypot(i, j) / steps;
        const double value = field.contrast(row, {i * step, j * step}) * (1 - 0.1 * far * far);
        if (value > best) {
          best = value;
          u = i;
          v = j;
        }
      }
    }
    return {u * step, v * step};
  }

  bool is_visible(const MarkPattern::Row& row) const {
    return std::all_of(row.marks.begin(), row.marks.end(), [&](const MarkPattern::Mark& mark) {
      const Point p = map_(mark.centre);
      return p.x >= 0 && p.y >= 0 && p.x < static_cast<double>(page_.width()) &&
             p.y < static_cast<double>(page_.height());
    });
  }

  const FramedPage& reference_;
  const MarkPattern& pattern_;
  const GreyImage& page_;
  PageMap map_;
  std::vector<BlockOffset> offsets_;
  std::optional<MarkField> field_;  // as the last find saw it
  double usual_contrast_ = 0;
};

/// A place where the template's page may lie, with its corners in the page's picture.
struct FrameGuess {
  Quad corners;
  bool seen = false;  // an outline or markers, not the picture's own edge
};

inline std::vector<FrameGuess> frame_guesses(const FramedPage& reference, const GreyImage& page) {
  const FrameGuess whole{upright(0, 0, static_cast<double>(page.width()), static_cast<double>(page.height())), false};
  const std::optional<Quad> sheet = find_sheet(page);
  std::vector<FrameGuess> guesses;
  if (reference.frame == Frame::markers) {
    if (reference.marker.empty()) return {};
    const CornerMarkerOptions options{.aspect = reference.width / reference.height};
    if (sheet) {
      // Upright and without perspective, markers look most like their picture.
      const auto [width, height] = natural_size(PageMap{}, *sheet);
      const double shrink = std::min(1.0, 1600.0 / static_cast<double>(std::max(width, height)));
      const auto across = std::max<Index>(16, static_cast<Index>(shrink * static_cast<double>(width)));
      const auto down = std::max<Index>(16, static_cast<Index>(shrink * static_cast<double>(height)));
      const Quad flat = upright(0, 0, static_cast<double>(across), static_cast<double>(down));
      const std::optional<Homography> map = Homography::between(flat, *sheet);
      if (map) {
        const GreyImage picture = cut(page, PageMap{.homography = *map, .warp = {}}, flat, across, down);
        if (const auto found = find_corner_markers(picture, reference.marker, options)) {
          guesses.push_back(
              {{(*map)((*found)[0]), (*map)((*found)[1]), (*map)((*found)[2]), (*map)((*found)[3])}, true});
        }
      }
    }
    if (guesses.empty()) {
      if (const auto found = find_corner_markers(page, reference.marker, options)) guesses.push_back({*found, true});
    }
    return guesses;
  }
  if (sheet) guesses.push_back({*sheet, true});
  if (!sheet || reference.frame == Frame::picture) guesses.push_back(whole);
  return guesses;
}

inline Registration settle_frame(const FramedPage& reference, const MarkPattern& pattern, const GreyImage& page,
                                 const Homography& map, const RegistrationOptions& options) {
  FrameFit fit(reference, pattern, page, map);
  fit.shift_whole();
  const double reach = std::min(pattern.size(), pattern.pitch());
  fit.find(0.45 * reach);
  fit.bend(30);
  fit.find(0.4 * reach);
  fit.bend(3);
  fit.find(0.3 * reach);
  fit.bend(1);
  fit.find(0.3 * reach);

  Registration result;
  result.map = fit.map();
  double found = 0;
  double visible = 0;
  double squares = 0;
  const std::vector<double> likeness = fit.likeness();
  for (std::size_t i = 0; i < fit.offsets().size(); ++i) {
    const BlockOffset& offset = fit.offsets()[i];
    const bool here = fit.is_found(offset) && likeness[i] > 0.5;
    const double off = std::hypot(offset.offset.x, offset.offset.y);
    const double half = pattern.size() / 2;
    result.print.push_back({.place = upright(offset.at.x - half, offset.at.y - half, 2 * half, 2 * half),
                            .visible = offset.visible,
                            .found = here,
                            .weight = 1,
                            .correlation = likeness[i],
                            .residual = off});
    visible += offset.visible ? 1 : 0;
    found += here ? 1 : 0;
    squares += here ? off * off : 0;
  }
  const auto all = static_cast<double>(fit.offsets().size());
  result.coverage = found / all;
  result.agreement = visible > 0 ? found / visible : 0;
  result.field_agreement = result.agreement;
  result.residual = found > 0 ? std::sqrt(squares / found) : 0;
  constexpr double least_contrast = 6;  // of 255: bubbles that are hardly printed
  if (result.agreement < options.least_field_agreement || result.coverage < options.least_coverage ||
      fit.usual_contrast() < least_contrast) {
    result.reason = "the page does not show this form: of the rows of bubbles inside the picture " +
                    whole_percent(result.agreement) + " % were found, " + whole_percent(options.least_field_agreement) +
                    " % needed";
  } else {
    result.registered = true;
  }
  return result;
}

}  // namespace detail

INKLING_INLINE Registration register_framed(const FramedPage& reference, const GreyImage& page,
                                            const RegistrationOptions& options) {
  require<ShapeError>(!page.empty(), "register_framed: the picture is empty");
  const std::vector<detail::FrameGuess> guesses = detail::frame_guesses(reference, page);
  Registration best;
  best.reason = reference.frame == Frame::markers ? "the four corner markers were not found"
                                                  : "nothing on the page tells where the form lies";
  const bool has_marks = std::any_of(reference.marks.begin(), reference.marks.end(),
                                     [](const std::vector<Quad>& row) { return !row.empty(); });
  std::optional<detail::MarkPattern> pattern;
  if (has_marks) pattern.emplace(reference.marks);
  const Quad from = upright(0, 0, reference.width, reference.height);
  for (const detail::FrameGuess& guess : guesses) {
    for (std::size_t turn = 0; turn < 4; ++turn) {
      Quad to;
      for (std::size_t i = 0; i < 4; ++i) to[i] = guess.corners[(i + turn) % 4];
      const std::optional<Homography> map = Homography::between(from, to);
      if (!map) continue;
      Registration result;
      if (pattern) {
        result = detail::settle_frame(reference, *pattern, page, *map, options);
      } else if (guess.seen) {
        result.map.homography = *map;
        result.registered = true;
        result.coverage = result.agreement = result.field_agreement = 1;
      } else {
        continue;
      }
      const Eigen::Matrix2d j = result.map.homography.jacobian({reference.width / 2, reference.height / 2});
      result.scale = {j.col(0).norm(), j.col(1).norm()};
      result.quarter_turns = static_cast<int>(turn);
      for (const Point& shift : result.map.warp.shifts) {
        result.largest_shift = std::max(result.largest_shift, std::hypot(shift.x, shift.y));
      }
      // Upright is likelier than any turn, as nothing but bubbles tells them apart.
      const double ahead = turn == 0 ? 0 : 0.1;
      if (best.print.empty() || result.agreement > best.agreement + ahead) best = std::move(result);
      if (best.registered && (!pattern || best.agreement > 0.9)) return best;
    }
  }
  return best;
}

}  // namespace inkling::inline INKLING_ABI::form
