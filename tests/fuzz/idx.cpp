#include <inkling/data/idx.hpp>

#include "fuzz_target.hpp"

/// As images and as labels, plain and gzip.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  for (const int dimensions : {1, 3}) {
    try {
      const inkling::IdxArray array = inkling::read_idx(std::span(data, size), dimensions);
      inkling::Index item = 1;
      for (std::size_t d = 1; d < array.dims.size(); ++d) item *= array.dims[d];
      inkling::fuzz::expect(array.items.rows() == item && array.items.cols() == array.dims.front());
    } catch (const inkling::Error&) {
    }
  }
  return 0;
}
