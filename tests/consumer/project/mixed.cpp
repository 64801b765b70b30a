#include <inkling/data/dataset.hpp>

#include <iostream>

inkling::Dataset two_classes(inkling::Index samples);  // of a library that is inkling's headers
bool learns(const inkling::Dataset& dataset);          // of one that links inkling::compiled

int main() {
  const bool learned = learns(two_classes(80));
  std::cout << (learned ? "learned" : "did not learn") << '\n';
  return learned ? 0 : 1;
}
