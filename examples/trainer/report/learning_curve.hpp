#pragma once

#include <inkling/core/progress.hpp>

#include <vector>

#include "report/picture.hpp"

/// What a network reached after each epoch of its training.
using LearningCurve = std::vector<inkling::Progress>;

/// Accuracy above, loss below, of training and validation by epoch. Requires: not empty.
Picture draw_learning_curve(const LearningCurve& curve);
