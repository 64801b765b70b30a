#pragma once

#include <inkling/model/confusion_matrix.hpp>

#include <string>
#include <vector>

#include "report/picture.hpp"

/// A confusion matrix: rows are true classes, columns predicted ones. Classes without samples that were never predicted
/// are left out.
Picture heat_map(const inkling::ConfusionMatrix& confusion, const std::vector<std::string>& class_names);
