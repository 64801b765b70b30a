#pragma once

#include <inkling/picture/grey_image.hpp>

#include <filesystem>

/// Reads PDF files by poppler's programs (Debian: poppler-utils), which run as children with limits of their own on
/// memory and time: a broken file ends the child and not the run. What a viewer shows is what is drawn: filled-in
/// fields, stamps and pen notes too. Both throw inkling::FileError: one plain line that says what is wrong with the
/// file, or that the programs are not installed.

/// How many pages a PDF has; at least 1.
int pdf_pages(const std::filesystem::path& file);

/// One page, from 1, in grey at 300 dpi; a page that would have more than `largest_side` pixels a side at less.
inkling::GreyImage pdf_page(const std::filesystem::path& file, int page, inkling::Index largest_side = 5000);
