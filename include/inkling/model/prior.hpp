#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace inkling::inline INKLING_ABI {

/// How frequent each class is, from how many samples it had: above 0, with sum 1. A class without samples counts as one
/// with a single sample, for no class is impossible. Throws ValueError when there is no class or a count is below 0.
std::vector<double> class_prior(const std::vector<Index>& counts);

/// Halfway, in logarithms, from a prior to equal frequencies: the square roots of the shares, scaled to sum to 1.
/// with_uniform_prior takes this out where neither suits: pictures in which rare classes are more frequent than they
/// were in training, nobody knows by how much. Throws ValueError unless the prior is above 0.
std::vector<double> tempered_prior(std::vector<double> prior);

/// The probabilities that a model would give if all classes were equally frequent: each is divided by the prior of its
/// class, and the columns are scaled to sum to 1 again (Saerens, Latinne and Decaestecker 2002). In logits this
/// subtracts log prior, the logit adjustment of Menon et al. 2021, arXiv:2007.07314.
///
/// probabilities and result: classes x samples, each column with sum 1; prior: of the samples that the model learned
/// from. Throws ShapeError unless there is one row for each class of the prior, ValueError unless the prior is above 0.
Matrix with_uniform_prior(const Matrix& probabilities, const std::vector<double>& prior);

/// How frequent the classes of what is read are taken to be.
enum class Prior {
  natural,   // as where the model learned
  tempered,  // halfway from there to equal
  uniform,   // equal
};

/// Throws ValueError for a name other than natural, tempered and uniform.
Prior parse_prior(std::string_view name);

/// What with_uniform_prior takes out for a prior that is asked for; nothing for a natural one. learned: the prior of
/// the samples that the model learned from, where that is known. Throws FormatError, which names `model`, where it is
/// needed and not known.
std::optional<std::vector<double>> prior_to_remove(Prior asked, const std::optional<std::vector<double>>& learned,
                                                   const std::string& model);

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/model/prior.ipp>
#endif
