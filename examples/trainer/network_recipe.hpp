#pragma once

#include <inkling/data/dataset.hpp>
#include <inkling/nn/network.hpp>
#include <inkling/nn/training/trainer.hpp>

#include <cstdint>

#include "recipes.hpp"

/// A network, not yet trained, and how to train it.
struct NetworkRecipe {
  inkling::nn::Network network;
  inkling::nn::FitOptions fit;
};

/// What suits a cnn or mlp that learns from this data.
NetworkRecipe network_recipe(ModelKind kind, const inkling::Dataset& train, std::uint64_t seed);
