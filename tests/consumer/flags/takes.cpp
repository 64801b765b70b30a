#include <inkling/core/shape.hpp>

inkling::Shape gives();
bool is_square(const inkling::Shape& shape);

int main() {
  return is_square(gives()) ? 0 : 1;
}
