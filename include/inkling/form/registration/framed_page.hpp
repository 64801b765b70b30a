#pragma once

#include <inkling/core/config.hpp>
#include <inkling/form/quad.hpp>
#include <inkling/form/registration/register_page.hpp>
#include <inkling/form/template.hpp>
#include <inkling/picture/grey_image.hpp>

#include <vector>

namespace inkling::inline INKLING_ABI::form {

/// What is known of a template whose page has no picture.
struct FramedPage {
  double width = 0;  // template pixels
  double height = 0;
  Frame frame = Frame::picture;
  GreyImage marker = {};                      // what a corner marker looks like, where the frame is of markers
  std::vector<std::vector<Quad>> marks = {};  // the bubbles or boxes of each field, whose outlines are print
};

/// Finds a template without a picture on a page: by the sheet's outline or its corner markers, at any quarter turn;
/// then the rows of bubbles are looked for around where they should be, and a smooth warp follows them. As a wrong page
/// has no bubbles there, `agreement` is the share of the rows that were found, and a page that shows too few is
/// refused. A template without bubbles needs a frame that was seen. Throws ShapeError for an empty picture.
Registration register_framed(const FramedPage& reference, const GreyImage& page,
                             const RegistrationOptions& options = {});

}  // namespace inkling::inline INKLING_ABI::form

#ifndef INKLING_COMPILED
#include <inkling/form/registration/framed_page.ipp>
#endif
