#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/nn/network.hpp>

#include <cstdint>

/// A network that was trained, made the start of another training.
namespace inkling::inline INKLING_ABI::nn {

/// Training leaves the layers first .. last - 1 as they are, until release(). A batch norm whose statistics are fixed
/// normalises with them in training, too. Throws ValueError unless 0 <= first <= last <= network.size().
template <typename S>
void fix_layers(BasicNetwork<S>& network, Index first, Index last);

/// Training leaves the statistics of batch norm as they are: those of few samples, or of another kind of picture than
/// the network will meet, are worse than none.
template <typename S>
void fix_statistics(BasicNetwork<S>& network);

/// Training changes everything again.
template <typename S>
void release(BasicNetwork<S>& network);

/// The network with a new last layer for `classes` classes: its other layers keep their weights. `seed` decides the new
/// ones. Throws ValueError unless the last layer is dense, and classes > 0.
template <typename S>
BasicNetwork<S> with_new_head(const BasicNetwork<S>& network, Index classes, std::uint64_t seed = 0);

/// The network whose parameters lie on the way from `from` (share 0) to `to` (share 1): between a trained network and
/// what fine-tuning made of it, there are networks that know what both know (Wortsman et al. 2022, arXiv:2109.01903).
/// Throws ShapeError when they do not have the same parameters.
template <typename S>
BasicNetwork<S> interpolate(const BasicNetwork<S>& from, const BasicNetwork<S>& to, double share);

#ifdef INKLING_COMPILED
extern template void fix_layers<float>(BasicNetwork<float>&, Index, Index);
extern template void fix_statistics<float>(BasicNetwork<float>&);
extern template void release<float>(BasicNetwork<float>&);
extern template BasicNetwork<float> with_new_head<float>(const BasicNetwork<float>&, Index, std::uint64_t);
extern template BasicNetwork<float> interpolate<float>(const BasicNetwork<float>&, const BasicNetwork<float>&, double);
extern template void fix_layers<double>(BasicNetwork<double>&, Index, Index);
extern template void fix_statistics<double>(BasicNetwork<double>&);
extern template void release<double>(BasicNetwork<double>&);
extern template BasicNetwork<double> with_new_head<double>(const BasicNetwork<double>&, Index, std::uint64_t);
extern template BasicNetwork<double> interpolate<double>(const BasicNetwork<double>&, const BasicNetwork<double>&,
                                                         double);
#endif

}  // namespace inkling::inline INKLING_ABI::nn

#ifndef INKLING_COMPILED
#include <inkling/nn/training/fine_tuning.ipp>
#endif
