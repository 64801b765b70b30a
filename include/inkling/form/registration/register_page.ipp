#pragma once

#include <inkling/core/error.hpp>
#include <inkling/core/range.hpp>
#include <inkling/form/registration/consensus.hpp>
#include <inkling/form/registration/ink_map.hpp>
#include <inkling/form/registration/register_page.hpp>
#include <inkling/form/registration/warp_fit.hpp>
#include <inkling/picture/resize.hpp>

#include <Eigen/LU>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

namespace inkling::inline INKLING_ABI::form {

INKLING_INLINE void RegistrationOptions::check() const {
  in_range("RegistrationOptions::least_agreement", least_agreement, {0, 1});
  in_range("RegistrationOptions::least_field_agreement", least_field_agreement, {0, 1});
  in_range("RegistrationOptions::least_coverage", least_coverage, {0, 1});
  in_range("RegistrationOptions::largest_residual", largest_residual, {0, 1e6});
}

namespace detail {

/// The side of the pictures that the work is done on: an A4 page at about 100 dpi.
inline constexpr Index working_side = 1150;

INKLING_INLINE Index working_factor(const GreyImage& image) {
  return std::max<Index>(1, std::max(image.width(), image.height()) / working_side);
}

/// A page in the resolutions that registration needs, each made once.
class PagePictures {
 public:
  explicit PagePictures(const GreyImage& page)
      : width_(page.width()), height_(page.height()), factor_(working_factor(page)), grey_(shrink(page, factor_)) {
    // A small picture has its corners too close for the patches around them.
    features_ = find_features(grey_, {.count = 2500});
    ink_.push_back({static_cast<double>(factor_), ink_map(grey_)});
  }

  double width() const noexcept { return static_cast<double>(width_); }
  double height() const noexcept { return static_cast<double>(height_); }
  double factor() const noexcept { return static_cast<double>(factor_); }
  const Features& features() const noexcept { return features_; }

  struct Ink {
    double factor;
    GreyImage ink;
  };

  /// The coarsest ink whose pixels are at most about `pixels` page pixels wide.
  const Ink& ink(double pixels) {
    std::size_t level = 0;
    while (ink_[level].factor * 2 <= pixels * 1.2) {
      if (level + 1 == ink_.size()) ink_.push_back({ink_[level].factor * 2, shrink(ink_[level].ink, 2)});
      ++level;
    }
    return ink_[level];
  }

 private:
  Index width_;
  Index height_;
  Index factor_;
  GreyImage grey_;
  Features features_;  // in pixels of grey_
  std::vector<Ink> ink_;
};

INKLING_INLINE double off_by(const BlockOffset& offset) {
  const Eigen::Vector2d d(offset.offset.x, offset.offset.y);
  return std::sqrt(std::max(0.0, d.dot(offset.information * d)));
}

/// One hypothesis on its way from coarse to fine.
class Fit {
 public:
  Fit(const ReferencePage& reference, PagePictures& page, const Homography& map) : reference_(reference), page_(page) {
    map_.homography = map;
  }

  /// Looks for the print at one resolution and bends the map after it.
  void follow(std::size_t level, Index radius, double stiffness) {
    const double pixel = pixel_of(level);
    find(level, radius);
    const double spacing = (level == 0 ? 32 : level == 1 ? 32 : 48) * pixel;
    map_.warp = fit_warp(offsets_, map_.warp, reference_.width(), reference_.height(),
                         {.spacing = spacing, .stiffness = stiffness, .outlier = 1.5 * pixel});
  }

  /// Looks for the print without touching the map.
  void find(std::size_t level, Index radius) {
    const double pixel = pixel_of(level);
    const double scale = map_.scale_at({reference_.width() / 2, reference_.height() / 2});
    const auto& ink = page_.ink(pixel * (std::isfinite(scale) ? scale : 1));
    offsets_ = reference_.grids()[level].find(ink.ink, ink.factor, map_, radius);
  }

  const PageMap& map() const noexcept { return map_; }
  const std::vector<BlockOffset>& offsets() const noexcept { return offsets_; }

  /// Share of the print that was found.
  double coverage(std::size_t level) const {
    double found = 0;
    for (const BlockOffset& offset : offsets_) found += is_found(offset, pixel_of(level)) ? 1 : 0;
    return offsets_.empty() ? 0 : found / static_cast<double>(offsets_.size());
  }

  static bool is_found(const BlockOffset& offset, double pixel) {
    return offset.visible && offset.correlation >= 0.5 && off_by(offset) <= 2 * pixel;
  }

  double pixel_of(std::size_t level) const {
    return reference_.factor() * static_cast<double>(std::size_t{4} >> level);
  }

 private:
  const ReferencePage& reference_;
  PagePictures& page_;
  PageMap map_;
  std::vector<BlockOffset> offsets_;
};

INKLING_INLINE std::string percent(double share) {
  return std::to_string(static_cast<int>(std::lround(100 * share))) + " %";
}

INKLING_INLINE std::string decimal(double value) {
  const long hundredths = std::lround(100 * value);
  const std::string part = std::to_string(std::abs(hundredths % 100));
  return std::to_string(hundredths / 100) + (part.size() < 2 ? ".0" : ".") + part;
}

/// How much a square says: text fixes its place in every direction, a bare line is much like any other.
INKLING_INLINE double weight_of(const Eigen::Matrix2d& information) {
  const double half = information.trace() / 2;
  return 0.1 + half - std::sqrt(std::max(0.0, half * half - information.determinant()));
}

/// Share of the visible print in and around the fields that was found.
INKLING_INLINE double field_agreement(const ReferencePage& reference, const Registration& registration) {
  double found = 0;
  double visible = 0;
  for (const PrintSupport& square : registration.print) {
    if (!square.visible) continue;
    const bool near = std::any_of(reference.fields().begin(), reference.fields().end(), [&](const Quad& field) {
      const Quad box = bounds(field);
      const double around = std::min(box[2].x - box[0].x, box[2].y - box[0].y) / 2;
      return square.place[0].x <= box[2].x + around && square.place[2].x >= box[0].x - around &&
             square.place[0].y <= box[2].y + around && square.place[2].y >= box[0].y - around;
    });
    visible += near ? square.weight : 0;
    found += near && square.found ? square.weight : 0;
  }
  return visible > 0 ? found / visible : registration.agreement;
}

/// What a finished fit says about the page.
INKLING_INLINE Registration judge(const ReferencePage& reference, const Fit& fit, const RegistrationOptions& options) {
  Registration result;
  result.map = fit.map();
  const double pixel = fit.pixel_of(2);
  double all = 0;
  double found = 0;
  double visible = 0;
  double squares = 0;
  const double half = 16 * pixel;
  for (const BlockOffset& offset : fit.offsets()) {
    PrintSupport support{.place = upright(offset.at.x - half, offset.at.y - half, 2 * half, 2 * half),
                         .visible = offset.visible,
                         .found = Fit::is_found(offset, pixel),
                         .weight = weight_of(offset.information),
                         .correlation = offset.correlation,
                         .residual = off_by(offset)};
    all += support.weight;
    visible += support.visible ? support.weight : 0;
    if (support.found) {
      found += support.weight;
      squares += support.weight * support.residual * support.residual;
    }
    result.print.push_back(support);
  }
  result.coverage = all > 0 ? found / all : 0;
  result.agreement = visible > 0 ? found / visible : 0;
  result.residual = found > 0 ? std::sqrt(squares / found) : 0;
  for (const Point& shift : result.map.warp.shifts) {
    result.largest_shift = std::max(result.largest_shift, std::hypot(shift.x, shift.y));
  }
  const Point centre{reference.width() / 2, reference.height() / 2};
  const Eigen::Matrix2d j = result.map.homography.jacobian(centre);
  result.scale = {j.col(0).norm(), j.col(1).norm()};
  const double turn = std::atan2(j(1, 0), j(0, 0)) / (std::numbers::pi / 2);
  result.quarter_turns = (static_cast<int>(std::lround(turn)) + 4) % 4;

  result.field_agreement = field_agreement(reference, result);
  const bool fits = result.agreement >= options.least_agreement
                        ? result.field_agreement >= options.least_agreement
                        : result.field_agreement >= options.least_field_agreement;
  if (!fits || result.coverage < options.least_coverage) {
    result.reason = "the page does not show this form: " + percent(result.coverage) +
                    " of the template's print was found on it; of what lies inside the picture " +
                    percent(result.agreement) + ", " + percent(options.least_agreement) + " needed";
    if (!reference.fields().empty()) {
      result.reason += "; around the fields " + percent(result.field_agreement) + ", " +
                       percent(options.least_field_agreement) + " needed where the rest differs";
    }
  } else if (result.residual > options.largest_residual * pixel) {
    result.reason = "the page is bent too far: the print lies " + decimal(result.residual) +
                    " template pixels from where the map has it, at most " + decimal(options.largest_residual * pixel) +
                    " allowed";
  } else {
    result.registered = true;
  }
  return result;
}

/// Follows one hypothesis to the end.
INKLING_INLINE Registration settle(const ReferencePage& reference, PagePictures& page, const Homography& map,
                                   const RegistrationOptions& options) {
  Fit fit(reference, page, map);
  fit.follow(0, 6, 8);
  fit.follow(1, 6, 2);
  fit.follow(2, 4, 0.5);
  fit.find(2, 3);
  return judge(reference, fit, options);
}

INKLING_INLINE bool better(const Registration& a, const Registration& b) {
  if (a.registered != b.registered) return a.registered;
  return a.agreement * a.coverage > b.agreement * b.coverage;
}

/// The hypotheses for a page when corners say nothing: the template fills the picture, at each quarter turn.
INKLING_INLINE std::vector<Homography> frame_hypotheses(const ReferencePage& reference, const PagePictures& page) {
  std::vector<Homography> maps;
  const Quad from = upright(0, 0, reference.width(), reference.height());
  const Quad frame = upright(0, 0, page.width(), page.height());
  for (std::size_t turn = 0; turn < 4; ++turn) {
    Quad to;
    for (std::size_t i = 0; i < 4; ++i) to[i] = frame[(i + turn) % 4];
    if (const auto map = Homography::between(from, to)) maps.push_back(*map);
  }
  return maps;
}

/// Takes the ink out of the inner part of a quad; its border stays.
INKLING_INLINE void erase_inside(const Quad& place, double factor, GreyImage& ink) {
  const Quad inner = bounds(part_of(place, 0.06, 0.12, 0.94, 0.88));
  const auto pixel = [factor](double at, Index limit) {
    return std::clamp<Index>(static_cast<Index>(std::lround(at / factor)), 0, limit);
  };
  for (Index y = pixel(inner[0].y, ink.height()); y < pixel(inner[2].y, ink.height()); ++y) {
    std::fill(ink.row(y) + pixel(inner[0].x, ink.width()), ink.row(y) + pixel(inner[2].x, ink.width()),
              std::uint8_t{0});
  }
}

INKLING_INLINE Registration register_pictures(const ReferencePage& reference, PagePictures& page,
                                              const RegistrationOptions& options) {
  const std::vector<Match> matches = match_features(reference.features(), page.features());
  const std::vector<Consensus> proposals =
      find_consensus(reference.features(), page.features(), matches, reference.width() / reference.factor(),
                     reference.height() / reference.factor());
  const Homography from = Homography::scaling(1 / reference.factor(), 1 / reference.factor());
  const Homography to = Homography::scaling(page.factor(), page.factor());

  Registration best;
  best.reason = "no print of the template was found on the page";
  std::size_t tried = 0;
  for (const Consensus& proposal : proposals) {
    if (proposal.inliers < 8 || tried == 2) break;
    ++tried;
    Registration result = settle(reference, page, to.after(proposal.map).after(from), options);
    result.matches = proposal.inliers;
    if (tried == 1 || better(result, best)) best = std::move(result);
    if (best.registered) return best;
  }
  Fit winner(reference, page, Homography());
  double most = 0;
  for (const Homography& map : frame_hypotheses(reference, page)) {
    Fit fit(reference, page, map);
    fit.follow(0, 10, 20);
    fit.find(0, 6);
    const double coverage = fit.coverage(0);
    if (coverage > most) {
      most = coverage;
      Registration result = settle(reference, page, map, options);
      if (better(result, best)) best = std::move(result);
    }
  }
  return best;
}

}  // namespace detail

INKLING_INLINE ReferencePage::ReferencePage(const GreyImage& page, const ReferenceOptions& options)
    : width_(static_cast<double>(page.width())), height_(static_cast<double>(page.height())), fields_(options.fields) {
  if (page.width() < 64 || page.height() < 64) {
    throw ValueError("ReferencePage: a picture of at least 64x64 pixels expected, got " + std::to_string(page.width()) +
                     "x" + std::to_string(page.height()));
  }
  const Index factor = detail::working_factor(page);
  factor_ = static_cast<double>(factor);
  const GreyImage grey = shrink(page, factor);
  GreyImage ink = ink_map(grey);
  features_ = find_features(grey);
  for (const Quad& place : options.handwriting) detail::erase_inside(place, factor_, ink);
  const GreyImage half = shrink(ink, 2);
  const GreyImage quarter = shrink(half, 2);
  grids_ = {BlockGrid(quarter, 4 * factor_, 32, 16), BlockGrid(half, 2 * factor_, 32, 20),
            BlockGrid(ink, factor_, 32, 24)};
  if (grids_[2].size() == 0) throw ValueError("ReferencePage: the picture has no print to register pages on");
}

INKLING_INLINE std::optional<double> Registration::support(const Quad& place, double around) const {
  const Quad box = bounds(place);
  double found = 0;
  double count = 0;
  for (const PrintSupport& square : print) {
    if (square.place[0].x > box[2].x + around || square.place[2].x < box[0].x - around ||
        square.place[0].y > box[2].y + around || square.place[2].y < box[0].y - around) {
      continue;
    }
    count += square.weight;
    found += square.found ? square.weight : 0;
  }
  if (count == 0) return std::nullopt;
  return found / count;
}

INKLING_INLINE Registration register_page(const ReferencePage& reference, const GreyImage& page,
                                          const RegistrationOptions& options) {
  options.check();
  require<ShapeError>(!page.empty(), "register_page: the picture is empty");
  detail::PagePictures pictures(page);
  return detail::register_pictures(reference, pictures, options);
}

INKLING_INLINE Identification identify_page(std::span<const ReferencePage> references, const GreyImage& page,
                                            const RegistrationOptions& options) {
  options.check();
  require<ShapeError>(!page.empty(), "identify_page: the picture is empty");
  require<ValueError>(!references.empty(), "identify_page: at least one template expected");
  detail::PagePictures pictures(page);
  Identification best;
  std::vector<Registration> results;
  for (const ReferencePage& reference : references) {
    results.push_back(detail::register_pictures(reference, pictures, options));
  }
  for (std::size_t i = 1; i < results.size(); ++i) {
    if (detail::better(results[i], results[best.form])) best.form = i;
  }
  best.registration = results[best.form];
  return best;
}

}  // namespace inkling::inline INKLING_ABI::form
