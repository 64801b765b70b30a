#pragma once

#include <inkling/model/confusion_matrix.hpp>

#include <string>
#include <vector>

/// A confusion matrix as an SVG picture: rows are true classes, columns predicted ones. Classes without samples that
/// were never predicted are left out. Its colours are the CSS variables --right, --wrong, --grid and --text of the page
/// around it.
std::string heat_map(const inkling::ConfusionMatrix& confusion, const std::vector<std::string>& class_names);
