#pragma once

#include <inkling/core/collective.hpp>

#include <functional>

/// Does the work alone, or with the processes that mpirun has started. When one fails, the others are ended by mpirun;
/// those that all fail for the same reason let rank 0 say it, and so do those that are all Interrupted.
void run_together(const std::function<void(inkling::Collective& ranks)>& work);
