#include "part.hpp"

namespace {

const float sum = [] {
  ++calls();
  return twice_the_sum(std::vector<float>(10, 1.0F));
}();

}  // namespace

float made_before_main() {
  return sum;
}

void fail() {
  throw PartError("thrown");
}
