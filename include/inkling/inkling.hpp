#pragma once

/// Every public header but image/decode.hpp, which needs the image libraries (target inkling::decode).

#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/parallel.hpp>
#include <inkling/core/polymorphic.hpp>
#include <inkling/core/progress.hpp>
#include <inkling/core/rng.hpp>
#include <inkling/core/shape.hpp>
#include <inkling/data/dataset.hpp>
#include <inkling/model/classifier.hpp>
#include <inkling/nn/layer.hpp>
#include <inkling/nn/network.hpp>
#include <inkling/nn/scratch.hpp>
#include <inkling/version.hpp>
