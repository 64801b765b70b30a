// Composes lines of writing from the characters of EMNIST: PNG files, and labels.csv with file,text,touching.
//
//     inkling-compose-lines --data EMNIST --out FOLDER [--split digits] [--charset digits] [--lines 500]
//     bench/read_accuracy.py build/default/bin/inkling models/cnn.safetensors FOLDER --charset digits

#include <inkling/data/emnist.hpp>
#include <inkling/model/charset.hpp>
#include <inkling/picture/encode.hpp>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <CLI/Option.hpp>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "read/composed_line.hpp"

int main(int argc, char** argv) {
  using namespace inkling;
  std::filesystem::path data;
  std::filesystem::path out;
  std::string split = "digits";
  std::string charset = "digits";
  Index lines = 500;
  Index shortest = 4;
  Index longest = 12;
  std::uint64_t seed = 1;
  bool test_part = false;
  CLI::App app("Composes lines of writing from the characters of EMNIST.");
  app.add_option("--data", data, "folder of EMNIST")->required();
  app.add_option("--out", out, "folder to write to")->required();
  app.add_option("--split", split, "of EMNIST");
  app.add_option("--charset", charset, "characters to take");
  app.add_option("--lines", lines);
  app.add_option("--shortest", shortest, "characters");
  app.add_option("--longest", longest, "characters");
  app.add_option("--seed", seed);
  app.add_flag("--test", test_part, "take the test part; default: train");
  CLI11_PARSE(app, argc, argv);

  const Dataset characters = load_emnist(data, parse_split(split), test_part ? Part::test : Part::train);
  const CharSet wanted = CharSet::parse(charset);
  std::vector<Index> pool;
  for (Index i = 0; i < characters.size(); ++i) {
    if (wanted.contains(characters.class_names()[static_cast<std::size_t>(characters.label(i))].front())) {
      pool.push_back(i);
    }
  }
  std::filesystem::create_directories(out);
  std::ofstream labels(out / "labels.csv");
  labels << "file,text,touching\n";
  Rng rng(seed);
  for (Index i = 0; i < lines; ++i) {
    const Index length = shortest + static_cast<Index>(rng.below(static_cast<std::uint32_t>(longest - shortest + 1)));
    std::vector<Index> samples = test::draw_samples(length, static_cast<Index>(pool.size()), rng);
    for (Index& sample : samples) sample = pool[static_cast<std::size_t>(sample)];
    const test::ComposedLine line = test::compose_line(characters, samples, {}, rng);
    const std::string name = "line-" + std::to_string(i) + ".png";
    const std::vector<std::uint8_t> png = encode_png(line.picture);
    std::ofstream(out / name, std::ios::binary)
        .write(reinterpret_cast<const char*>(png.data()), static_cast<std::streamsize>(png.size()));
    labels << name << ',' << line.text << ',' << (line.touching ? "yes" : "no") << '\n';
  }
}
