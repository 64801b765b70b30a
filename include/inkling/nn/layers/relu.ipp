#pragma once

#include <inkling/nn/layers/relu.hpp>

#include <span>

namespace inkling::inline INKLING_ABI::nn {

#ifdef INKLING_COMPILED
template class BasicRelu<float>;
template class BasicRelu<double>;
#endif

}  // namespace inkling::inline INKLING_ABI::nn
