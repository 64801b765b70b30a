#include <pen.hpp>

int main() {
  return sheet({28, 28, 1}) == "a sheet of 28x28x1" ? 0 : 1;
}
