#pragma once

#include <inkling/core/collective.hpp>

#include <memory>

/// The processes that mpirun has started this one among, to train with; this one alone when there are no others. Of the
/// two files that define it, ranks_by_mpi.cpp is in programs that are built with MPI. Throws Error when there are
/// others that this program cannot join.
std::unique_ptr<inkling::Collective> join_ranks();
