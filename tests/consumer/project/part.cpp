#include <inkling/forest/fit_forest.hpp>
#include <inkling/forest/random_forest.hpp>

#include <iostream>

// A forest that tells a dark pixel from a light one, from one header of the library.
int main() {
  inkling::Pixels pixels(1, 40);  // pixels x samples
  std::vector<inkling::Label> labels;
  for (inkling::Index i = 0; i < pixels.cols(); ++i) {
    labels.push_back(static_cast<inkling::Label>(i % 2));
    pixels(0, i) = static_cast<std::uint8_t>(i % 2 == 0 ? i : 255 - i);
  }
  const inkling::Dataset dataset({1, 1, 1}, pixels, labels, {"light", "dark"});
  const auto forest = inkling::fit_forest(dataset, {.trees = 5});
  const bool right = forest.predict(pixels) == labels;
  std::cout << (right ? "learned" : "did not learn") << '\n';
  return right ? 0 : 1;
}
