#pragma once

#include <inkling/core/matrix.hpp>
#include <inkling/io/model_info.hpp>

#include <vector>

/// How frequent each class was among the images that the model learned from, as its file says; sums to 1.
/// Throws inkling::Error when the file does not say it.
std::vector<double> training_prior(const inkling::ModelInfo& info);

/// The probabilities that the model would give if all classes were equally frequent: each is divided by the prior of
/// its class, and the columns are scaled to sum to 1 again (Saerens, Latinne and Decaestecker 2002).
/// probabilities and result: classes x samples.
inkling::Matrix with_uniform_prior(const inkling::Matrix& probabilities, const std::vector<double>& prior);
