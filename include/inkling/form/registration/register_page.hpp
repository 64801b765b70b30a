#pragma once

#include <inkling/core/config.hpp>
#include <inkling/form/quad.hpp>
#include <inkling/form/registration/block_matching.hpp>
#include <inkling/form/registration/keypoints.hpp>
#include <inkling/form/registration/page_map.hpp>
#include <inkling/picture/grey_image.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace inkling::inline INKLING_ABI::form {

struct ReferenceOptions {
  /// Places of the template that will be read. Where they are given, the print around them decides whether a page fits.
  std::vector<Quad> fields = {};
  /// Places of the template's picture whose ink is no print: the fields of a filled page. Their borders stay print.
  std::vector<Quad> handwriting = {};
};

/// A template's page, prepared once so that many pages can be registered onto it. A value; const use is thread-safe.
class ReferencePage {
 public:
  /// Throws ValueError for a picture with a side under 64 pixels, or without any print.
  explicit ReferencePage(const GreyImage& page, const ReferenceOptions& options = {});

  /// Of the template, in pixels.
  double width() const noexcept { return width_; }
  double height() const noexcept { return height_; }

  /// Template pixels a pixel of the picture that the work is done on.
  double factor() const noexcept { return factor_; }

  const Features& features() const noexcept { return features_; }

  /// Squares with print, from the coarsest resolution (an eighth to a quarter of the finest) to the finest.
  const std::array<BlockGrid, 3>& grids() const noexcept { return grids_; }

  const std::vector<Quad>& fields() const noexcept { return fields_; }

 private:
  double width_ = 0;
  double height_ = 0;
  double factor_ = 1;
  Features features_;  // in pixels of the template divided by factor_
  std::array<BlockGrid, 3> grids_;
  std::vector<Quad> fields_;
};

/// A square of the template's print and how it was found on the page.
struct PrintSupport {
  Quad place = {};  // template pixels
  bool visible = false;
  bool found = false;
  double weight = 0;  // how much it says: about 1 for text, about 0.1 for a bare line
  double correlation = 0;
  double residual = 0;  // template pixels, along the directions that its print fixes
};

/// Where a template lies on a page.
struct Registration {
  bool registered = false;
  std::string reason = {};  // why not; empty when registered

  PageMap map = {};
  double residual = 0;   // template pixels: root mean square of what the map leaves, over the print that was found
  double coverage = 0;   // share of the template's print that was found on the page, 0 to 1
  double agreement = 0;  // share of the print that lies inside the picture and was found, 0 to 1
  double field_agreement = 0;  // the same of the print in and around the fields; agreement where no fields are given
  double largest_shift = 0;    // template pixels: how far the paper is from flat
  int quarter_turns = 0;       // that the page must be turned counterclockwise to stand upright, 0 to 3
  std::array<double, 2> scale = {};  // page pixels a template pixel, across and down, at the centre
  std::size_t matches = 0;           // corners that agreed
  std::vector<PrintSupport> print = {};

  /// Share of the print in and around a place of the template that was found on the page, 0 to 1; nothing where the
  /// template has no print within `around` pixels of it.
  std::optional<double> support(const Quad& place, double around = 0) const;
};

struct RegistrationOptions {
  double least_agreement = 0.5;
  double least_field_agreement = 0.8;  // a page that agrees less in all, yet by so much around the fields, is read
  double least_coverage = 0.2;
  double largest_residual = 1.5;  // pixels of the reference's working picture (about 100 dpi)

  void check() const;  // throws ValueError that names the first field out of range
};

/// Finds the template on a page: a scan or a photo, at any of four quarter turns, skewed, scaled, in perspective, with
/// writing on it, partly missing. Corners with binary descriptors propose a homography, the page's outline does where
/// they fail; the template's print is then looked for square by square, coarse to fine, and a smooth warp follows what
/// paper, feeders and lenses bend. A page that fits badly is refused: `registered` is false and `reason` says why.
/// Throws ShapeError for an empty picture.
Registration register_page(const ReferencePage& reference, const GreyImage& page,
                           const RegistrationOptions& options = {});

/// A page and the template that it fits best.
struct Identification {
  std::size_t form = 0;  // of the references; meaningless when not registered
  Registration registration;
  std::optional<std::size_t> rival = {};  // another template that fits about as well: to be decided by a person
};

/// Which of several templates a page is, and where it lies.
Identification identify_page(std::span<const ReferencePage> references, const GreyImage& page,
                             const RegistrationOptions& options = {});

}  // namespace inkling::inline INKLING_ABI::form

#ifndef INKLING_COMPILED
#include <inkling/form/registration/register_page.ipp>
#endif
