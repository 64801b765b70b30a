#include <inkling/inkling.hpp>

#include <exception>
#include <iostream>

inkling::Dataset two_classes(inkling::Index samples);

int main() try {
  const auto [train, test] = two_classes(40).stratified_split(0.25, 1);
  std::cout << "train " << train.size() << ", test " << test.size() << '\n';
  return train.size() == 30 && test.size() == 10 ? 0 : 1;
} catch (const std::exception& error) {
  std::cerr << "consumer: " << error.what() << '\n';
  return 1;
}
