// What each model of models/ costs on the level of x86-64 that this program runs at (INKLING_ARCH, INKLING_LEVEL).
//
//     inkling-levels IDX_FOLDER MODEL...
//
// IDX_FOLDER has t10k-images-idx3-ubyte and its labels, such as data/ does. Microseconds of the processor an image, on
// one thread. Programs for other levels are to be run in turn with it.

#include <inkling/core/instruction_set.hpp>
#include <inkling/data/emnist.hpp>
#include <inkling/io/model/model_file.hpp>

#include <ctime>
#include <exception>
#include <filesystem>
#include <iomanip>
#include <iostream>

int main(int argc, char** argv) try {
  if (argc < 3) {
    std::cerr << "usage: inkling-levels IDX_FOLDER MODEL..." << std::endl;
    return 2;
  }
  const inkling::Dataset data = inkling::load_emnist(argv[1], inkling::Split::mnist, inkling::Part::test);
  const inkling::Pixels images = data.pixels(0, data.size());
  std::cout << inkling::instruction_set << std::fixed << std::setprecision(2);
  for (int i = 2; i < argc; ++i) {
    const auto model = inkling::load_model(argv[i]);
    const std::clock_t start = std::clock();
    const inkling::Matrix probabilities = model->probabilities(images, 1);
    const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    std::cout << '\t' << std::filesystem::path(argv[i]).stem().string() << ' '
              << 1e6 * seconds / static_cast<double>(probabilities.cols());
  }
  std::cout << std::endl;
  return 0;
} catch (const std::exception& error) {
  std::cerr << "inkling-levels: " << error.what() << std::endl;
  return 1;
}
