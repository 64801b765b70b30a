// Writes the HOG features that svm_hog/fit learns from to standard output, so that a peer can learn from the same:
// one image after another, a byte a feature.
#include <inkling/data/emnist.hpp>
#include <inkling/features/hog.hpp>

#include <exception>
#include <iostream>

int main(int argc, char** argv) try {
  if (argc != 2) {
    std::cerr << "usage: inkling-hog-features MNIST_FOLDER > FILE\n";
    return 2;
  }
  const auto train = inkling::load_emnist(argv[1], inkling::Split::mnist, inkling::Part::train);
  const inkling::Pixels features = inkling::Hog(train.image_shape()).byte_features(train.pixels());
  std::cout.write(reinterpret_cast<const char*>(features.data()), features.size());
  return 0;
} catch (const std::exception& error) {
  std::cerr << "inkling-hog-features: " << error.what() << '\n';
  return 1;
}
