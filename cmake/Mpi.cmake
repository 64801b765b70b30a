# inkling::mpi: training by many processes (inkling/mpi.hpp), by Open MPI or MPICH. A target of its own, so that the library
# itself knows nothing of MPI. Used by this project (INKLING_MPI), in other projects, and by find_package(inkling COMPONENTS
# mpi). Where MPI is missing there is no such target, and inkling_mpi_missing says why.

set(inkling_mpi_missing "")
set(MPI_CXX_SKIP_MPICXX ON)  # its functions for C are enough
find_package(MPI QUIET COMPONENTS CXX)
if(NOT MPI_CXX_FOUND)
  set(inkling_mpi_missing "MPI was not found (Debian: libopenmpi-dev with openmpi-bin, or libmpich-dev with mpich)")
else()
  add_library(inkling::mpi INTERFACE IMPORTED GLOBAL)
  target_link_libraries(inkling::mpi INTERFACE inkling::inkling MPI::MPI_CXX)
  target_compile_definitions(inkling::mpi INTERFACE OMPI_SKIP_MPICXX MPICH_SKIP_MPICXX)
  set_target_properties(MPI::MPI_CXX PROPERTIES IMPORTED_GLOBAL TRUE)
endif()
