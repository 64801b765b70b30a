#include "pen.hpp"

std::string sheet(const inkling::Shape& shape) {
  return "a sheet of " + to_string(shape);
}
