#include <inkling/core/error.hpp>
#include <inkling/data/emnist.hpp>
#include <inkling/data/sample.hpp>

#include <doctest/doctest.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "idx_files.hpp"
#include "temporary_folder.hpp"

using namespace inkling;
using namespace inkling::test;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t side = 28;
constexpr std::size_t image_size = side * side;
const std::string digits_mapping = "0 48\n1 49\n2 50\n3 51\n4 52\n5 53\n6 54\n7 55\n8 56\n9 57\n";

/// Images without symmetry: pixel (y, x) of image i, as it stands in the file, is 9 * y + 2 * x + i modulo 256.
Bytes images(std::uint32_t count) {
  Bytes pixels;
  for (std::uint32_t i = 0; i < count; ++i) {
    for (std::size_t y = 0; y < side; ++y) {
      for (std::size_t x = 0; x < side; ++x) pixels.push_back(static_cast<std::uint8_t>(9 * y + 2 * x + i));
    }
  }
  return idx({count, side, side}, pixels);
}

Bytes labels(const Bytes& values) {
  return idx({static_cast<std::uint32_t>(values.size())}, values);
}

/// A folder with the test part of a split: three images, these labels.
void write_part(const TemporaryFolder& folder, const std::string& prefix, const Bytes& values) {
  write(folder / (prefix + "-images-idx3-ubyte"), images(3));
  write(folder / (prefix + "-labels-idx1-ubyte"), labels(values));
}

std::string format_error(const TemporaryFolder& folder, Split split) {
  return message_of<FormatError>([&] { load_emnist(folder.path(), split, Part::test); });
}

std::string file_error(const fs::path& folder, Split split, Part part = Part::test) {
  return message_of<FileError>([&] { load_emnist(folder, split, part); });
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

/// CRC-32 of all images, row by row, one after another.
unsigned long checksum_of_images(const Dataset& data) {
  unsigned long sum = crc32(0, nullptr, 0);
  for (Index i = 0; i < data.size(); ++i) sum = crc32(sum, data.image(i).data(), image_size);
  return sum;
}

unsigned long checksum_of_labels(const Dataset& data) {
  unsigned long sum = crc32(0, nullptr, 0);
  for (Index i = 0; i < data.size(); ++i) {
    const auto label = static_cast<std::uint8_t>(data.label(i));
    sum = crc32(sum, &label, 1);
  }
  return sum;
}

std::vector<Index> class_sizes(const Dataset& data) {
  std::vector<Index> sizes(static_cast<std::size_t>(data.num_classes()));
  for (const Label label : data.labels()) ++sizes[static_cast<std::size_t>(label)];
  return sizes;
}

std::string joined(const std::vector<std::string>& names) {
  return std::accumulate(names.begin(), names.end(), std::string());
}

/// The mean image of a class, mean subtracted. Shape: width x height, so that column y is row y of the image.
Eigen::MatrixXd mean_image(const Dataset& data, Label c) {
  Eigen::MatrixXd mean = Eigen::MatrixXd::Zero(side, side);
  for (Index i = 0; i < data.size(); ++i) {
    if (data.label(i) != c) continue;
    mean += Eigen::Map<const MatrixOf<std::uint8_t>>(data.image(i).data(), side, side).cast<double>();
  }
  return (mean.array() - mean.mean()).matrix().normalized();
}

fs::path sample_folder() {
  return fs::path(INKLING_SOURCE_DIR) / "data";
}

std::optional<fs::path> emnist_folder() {
  const char* shared = std::getenv("INKLING_SHARED");
  const fs::path folder = shared != nullptr ? fs::path(shared) : fs::path(INKLING_SOURCE_DIR) / "../shared";
  if (fs::is_directory(folder / "data/emnist")) return folder / "data/emnist";
  MESSAGE("skipped: no EMNIST files below INKLING_SHARED");
  return std::nullopt;
}

}  // namespace

TEST_CASE("splits and parts have names") {
  for (const Split split :
       {Split::byclass, Split::bymerge, Split::balanced, Split::letters, Split::digits, Split::mnist}) {
    CHECK(parse_split(to_string(split)) == split);
  }
  CHECK(to_string(Split::letters) == "letters");
  CHECK(to_string(Part::train) == "train");
  CHECK(to_string(Part::test) == "test");
  CHECK(message_of<ValueError>([] { parse_split("Letters"); }) ==
        "unknown split 'Letters': expected one of byclass, bymerge, balanced, letters, digits, mnist");
  CHECK_THROWS_AS(parse_split(""), ValueError);
}

TEST_CASE("load_emnist turns images upright and reads raw and packed files alike") {
  const TemporaryFolder folder;
  write(folder / "emnist-balanced-mapping.txt", digits_mapping);
  write(folder / "emnist-balanced-train-images-idx3-ubyte.gz", gzip(images(3)));
  write(folder / "emnist-balanced-train-labels-idx1-ubyte", labels({4, 0, 9}));

  const Dataset data = load_emnist(folder.path(), Split::balanced, Part::train);
  REQUIRE(data.size() == 3);
  CHECK(data.image_shape() == Shape{28, 28, 1});
  CHECK(joined(data.class_names()) == "0123456789");
  CHECK(data.labels() == std::vector<Label>{4, 0, 9});
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t y = 0; y < side; ++y) {
      for (std::size_t x = 0; x < side; ++x) {
        REQUIRE(data.image(static_cast<Index>(i))[y * side + x] == static_cast<std::uint8_t>(9 * x + 2 * y + i));
      }
    }
  }
}

TEST_CASE("load_emnist: letters count from 1 in the file and from 0 in the data set") {
  const TemporaryFolder folder;
  write_part(folder, "emnist-letters-test", {1, 26, 2});
  std::string mapping;
  for (int i = 0; i < 26; ++i) {
    mapping += std::to_string(i + 1) + " " + std::to_string('A' + i) + " " + std::to_string('a' + i) + "\r\n";
  }
  write(folder / "emnist-letters-mapping.txt", mapping + "\n");
  const Dataset data = load_emnist(folder.path(), Split::letters, Part::test);
  CHECK(joined(data.class_names()) == "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
  CHECK(data.labels() == std::vector<Label>{0, 25, 1});

  write(folder / "emnist-letters-test-labels-idx1-ubyte", labels({1, 0, 2}));
  CHECK(has(format_error(folder, Split::letters), "expected labels 1..26, got 0 for image 1"));
  write(folder / "emnist-letters-test-labels-idx1-ubyte", labels({1, 2, 27}));
  CHECK(has(format_error(folder, Split::letters), "expected labels 1..26, got 27 for image 2"));
}

TEST_CASE("load_emnist: MNIST under its own names is upright already, and its classes are digits") {
  const TemporaryFolder folder;
  write_part(folder, "t10k", {7, 2, 1});
  const Dataset data = load_emnist(folder.path(), Split::mnist, Part::test);
  CHECK(joined(data.class_names()) == "0123456789");
  CHECK(data.labels() == std::vector<Label>{7, 2, 1});
  CHECK(data.image(0)[1] == 2);
  CHECK(data.image(0)[side] == 9);

  SUBCASE("but EMNIST's name comes first") {
    write_part(folder, "emnist-mnist-test", {3, 3, 3});
    const Dataset official = load_emnist(folder.path(), Split::mnist, Part::test);
    CHECK(official.labels() == std::vector<Label>{3, 3, 3});
    CHECK(official.image(0)[1] == 9);
  }
  SUBCASE("and is no other split") {
    CHECK(file_error(folder.path(), Split::digits) != "");
  }
  SUBCASE("and the train part has the other name") {
    write_part(folder, "train", {5, 0, 4});
    CHECK(load_emnist(folder.path(), Split::mnist, Part::train).labels() == std::vector<Label>{5, 0, 4});
  }
}

TEST_CASE("load_emnist names the files that it looked for") {
  const TemporaryFolder folder;
  const std::string prefix = folder.path().string() + ": expected one of ";
  CHECK(file_error(folder.path(), Split::digits, Part::train) ==
        prefix + "emnist-digits-train-images-idx3-ubyte, emnist-digits-train-images-idx3-ubyte.gz, found none of them");
  CHECK(file_error(folder.path(), Split::mnist) ==
        prefix +
            "emnist-mnist-test-images-idx3-ubyte, emnist-mnist-test-images-idx3-ubyte.gz, "
            "t10k-images-idx3-ubyte, t10k-images-idx3-ubyte.gz, found none of them");
  CHECK(has(file_error(folder / "missing", Split::mnist), "missing: expected the folder of a data set"));

  write(folder / "emnist-digits-test-images-idx3-ubyte", images(3));
  CHECK(file_error(folder.path(), Split::digits) ==
        prefix + "emnist-digits-test-labels-idx1-ubyte, emnist-digits-test-labels-idx1-ubyte.gz, found none of them");
}

TEST_CASE("load_emnist finds the files where those who pack them put them") {
  const auto loads = [](const std::string& images_file, const std::string& labels_file) {
    const TemporaryFolder folder;
    for (const auto& [name, bytes] : {std::pair(images_file, images(3)), std::pair(labels_file, labels({7, 0, 1}))}) {
      fs::create_directories((folder / name).parent_path());
      write(folder / name, bytes);
    }
    CHECK(emnist_splits(folder.path()) == std::vector{Split::mnist});
    const Dataset data = load_emnist(folder.path(), Split::mnist, Part::test);
    return data.size() == 3 && data.labels() == std::vector<Label>{7, 0, 1} && data.image(0)[1] == 2;
  };
  CHECK(loads("t10k-images.idx3-ubyte", "t10k-labels.idx1-ubyte"));
  CHECK(loads("MNIST/raw/t10k-images-idx3-ubyte", "MNIST/raw/t10k-labels-idx1-ubyte"));
  CHECK(loads("raw/t10k-images-idx3-ubyte", "raw/t10k-labels-idx1-ubyte"));
  CHECK(loads("t10k-images-idx3-ubyte/t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte/t10k-labels-idx1-ubyte"));
  CHECK(loads("t10k-images.idx3-ubyte/t10k-images.idx3-ubyte", "t10k-labels-idx1-ubyte/t10k-labels.idx1-ubyte"));
  CHECK(loads("t10k-images-idx3-ubyte.gz/t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"));
}

TEST_CASE("load_emnist takes the folder above the official archive's, with the mapping that lies there") {
  const TemporaryFolder folder;
  fs::create_directories(folder / "gzip");
  write(folder / "gzip/emnist-letters-test-images-idx3-ubyte", images(3));
  write(folder / "gzip/emnist-letters-test-labels-idx1-ubyte", labels({1, 2, 2}));
  std::ofstream(folder / "gzip/emnist-letters-mapping.txt") << "\xEF\xBB\xBF"
                                                            << "1 65 97\r\n2 66 98\r\n";
  const Dataset data = load_emnist(folder.path(), Split::letters, Part::test);
  CHECK(data.class_names() == std::vector<std::string>{"A", "B"});
  CHECK(data.labels() == std::vector<Label>{0, 1, 1});
  CHECK(emnist_splits(folder.path()) == std::vector{Split::letters});
}

TEST_CASE("load_emnist: the mapping may be missing for digits alone") {
  const TemporaryFolder folder;
  write_part(folder, "emnist-digits-test", {0, 9, 5});
  write_part(folder, "emnist-bymerge-test", {0, 9, 5});
  CHECK(joined(load_emnist(folder.path(), Split::digits, Part::test).class_names()) == "0123456789");
  CHECK(has(file_error(folder.path(), Split::bymerge),
            "emnist-bymerge-mapping.txt: the mapping of labels to characters is missing"));
}

TEST_CASE("load_emnist refuses broken mappings") {
  const TemporaryFolder folder;
  write_part(folder, "emnist-bymerge-test", {0, 1, 2});
  const auto error_of = [&](const std::string& mapping) {
    write(folder / "emnist-bymerge-mapping.txt", mapping);
    return format_error(folder, Split::bymerge);
  };
  CHECK(error_of("0 48\n1 49\n2 50\n") == "");
  CHECK(has(error_of(""), "expected a line for each label, got none"));
  CHECK(has(error_of("0 48\n1\n2 50\n"),
            "line 2: expected a label and the code of a printable ASCII character, got '1'"));
  CHECK(has(error_of("0 48\nA B\n"), "line 2: expected a label"));
  CHECK(has(error_of("0 48\n1 10\n"), "line 2: expected a label"));
  CHECK(has(error_of("0 48\n1 300\n"), "line 2: expected a label"));
  CHECK(has(error_of("-1 48\n"), "line 1: expected a label"));
  CHECK(has(error_of("0 48\n2 50\n"), "line 2: expected label 1, got 2"));
  CHECK(has(error_of("0 48\n1 49\n1 50\n"), "line 3: expected label 2, got 1"));
  CHECK(has(error_of("0 48\n1 49\n"), "expected labels 0..1, got 2 for image 2"));
}

TEST_CASE("load_emnist refuses files that do not belong together") {
  const TemporaryFolder folder;
  SUBCASE("fewer labels than images") {
    write_part(folder, "t10k", {1, 2});
    CHECK(has(format_error(folder, Split::mnist),
              "t10k-labels-idx1-ubyte: expected a label for each of the 3 images of t10k-images-idx3-ubyte, got 2"));
  }
  SUBCASE("a label that is no digit") {
    write_part(folder, "t10k", {1, 10, 2});
    CHECK(has(format_error(folder, Split::mnist), "expected labels 0..9, got 10 for image 1"));
  }
  SUBCASE("images of another size") {
    write_part(folder, "t10k", {1, 2, 3});
    write(folder / "t10k-images-idx3-ubyte", idx({3, 2, 28}, Bytes(168)));
    CHECK(has(format_error(folder, Split::mnist), "t10k-images-idx3-ubyte: expected images of 28 x 28, got 2 x 28"));
  }
  SUBCASE("images and labels exchanged") {
    write(folder / "t10k-images-idx3-ubyte", labels({1, 2, 3}));
    write(folder / "t10k-labels-idx1-ubyte", images(3));
    CHECK(has(format_error(folder, Split::mnist), "expected 1 dimensions at byte 3, got 3"));
  }
}

// Checksums of real files below: pixels were put upright and summed by a Python script that shares no code with this.

TEST_CASE("the sample is MNIST's test part, whole") {
  const Dataset data = load_emnist(sample_folder(), Split::mnist, Part::test);
  REQUIRE(data.size() == 10000);
  CHECK(checksum_of_images(data) == 0xE4CA5F57);
  CHECK(checksum_of_labels(data) == 0xEE8604D9);
  CHECK(class_sizes(data) == std::vector<Index>{980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009});
}

TEST_CASE("load_sample cuts the sample into 8,000 and 2,000, each class at the same share") {
  const auto [train, test] = load_sample(sample_folder());
  CHECK(train.size() == 8000);
  CHECK(test.size() == 2000);
  CHECK(class_sizes(test) == std::vector<Index>{196, 227, 206, 202, 196, 178, 192, 206, 195, 202});
  CHECK(class_sizes(train) == std::vector<Index>{784, 908, 826, 808, 786, 714, 766, 822, 779, 807});
  CHECK(checksum_of_images(test) == checksum_of_images(load_sample(sample_folder()).second));
}

TEST_CASE("every part of the EMNIST sample loads, upright") {
  const auto folder = emnist_folder();
  if (!folder) return;
  struct Expected {
    Split split;
    Part part;
    Index size;
    unsigned long images;  // 0: not summed
    unsigned long labels;
  };
  const std::string classes_of_bymerge = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabdefghnqrt";
  for (const Expected& expected : {Expected{Split::bymerge, Part::train, 192946, 0, 0},
                                   Expected{Split::bymerge, Part::test, 21438, 0x41D27562, 0x328C35E0},
                                   Expected{Split::byclass, Part::train, 96735, 0, 0},
                                   Expected{Split::byclass, Part::test, 10716, 0x02D606AD, 0xCD9891E2},
                                   Expected{Split::balanced, Part::train, 29986, 0x8036663D, 0x727FD471},
                                   Expected{Split::balanced, Part::test, 3619, 0x9107D715, 0xFE9F2B8A},
                                   Expected{Split::letters, Part::train, 32006, 0x2292DEE9, 0x5EB0D5B5},
                                   Expected{Split::letters, Part::test, 3510, 0xB61DF426, 0xF5107510},
                                   Expected{Split::digits, Part::train, 60000, 0x686D2EA6, 0x9989EDCE},
                                   Expected{Split::digits, Part::test, 9700, 0x94CDCAAF, 0xEB1DFA6E}}) {
    CAPTURE(to_string(expected.split));
    CAPTURE(to_string(expected.part));
    const Dataset data = load_emnist(*folder, expected.split, expected.part);
    REQUIRE(data.size() == expected.size);
    if (expected.images != 0) {
      CHECK(checksum_of_images(data) == expected.images);
      CHECK(checksum_of_labels(data) == expected.labels);
    }
    const std::vector<Index> sizes = class_sizes(data);
    CHECK(*std::min_element(sizes.begin(), sizes.end()) > 0);  // labels use the whole range
    switch (expected.split) {
      case Split::byclass:
        CHECK(joined(data.class_names()) == "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
        break;
      case Split::letters:
        CHECK(joined(data.class_names()) == "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
        break;
      case Split::digits:
        CHECK(joined(data.class_names()) == "0123456789");
        break;
      default:
        CHECK(joined(data.class_names()) == classes_of_bymerge);
    }
  }
}

TEST_CASE("EMNIST's digits lie as MNIST's do") {
  const auto folder = emnist_folder();
  if (!folder) return;
  const Dataset mnist = load_emnist(sample_folder(), Split::mnist, Part::test);
  const Dataset emnist = load_emnist(*folder, Split::digits, Part::test);
  for (Label digit = 0; digit < 10; ++digit) {
    CAPTURE(digit);
    const Eigen::MatrixXd expected = mean_image(mnist, digit);
    const Eigen::MatrixXd upright = mean_image(emnist, digit);
    CHECK(expected.cwiseProduct(upright).sum() > expected.cwiseProduct(upright.transpose()).sum());
  }
}

TEST_CASE("EMNIST's letters stand upright") {
  const auto folder = emnist_folder();
  if (!folder) return;
  const Dataset data = load_emnist(*folder, Split::byclass, Part::test);
  const auto mean_of = [&](const std::string& name) {
    const auto& names = data.class_names();
    return mean_image(data, static_cast<Label>(std::find(names.begin(), names.end(), name) - names.begin()));
  };
  const Eigen::MatrixXd l = mean_of("L");  // x, y
  CHECK(l.leftCols(14).sum() < l.rightCols(14).sum());
  CHECK(l.topRows(14).sum() > l.bottomRows(14).sum());
  const Eigen::MatrixXd t = mean_of("T");
  CHECK(t.leftCols(14).sum() > t.rightCols(14).sum());
}

TEST_CASE("Fashion-MNIST, whose files are MNIST's in form, loads") {
  const fs::path folder = "/usr/share/datasets/fashion-mnist";  // Debian's package dataset-fashion-mnist
  if (!fs::is_directory(folder)) {
    MESSAGE("skipped: dataset-fashion-mnist is not installed");
    return;
  }
  const Dataset test = load_emnist(folder, Split::mnist, Part::test);
  REQUIRE(test.size() == 10000);
  CHECK(checksum_of_images(test) == 0x12728439);
  CHECK(checksum_of_labels(test) == 0x242BC73F);
  const Dataset train = load_emnist(folder, Split::mnist, Part::train);
  REQUIRE(train.size() == 60000);
  CHECK(checksum_of_images(train) == 0xAE65DCCD);
  CHECK(class_sizes(train) == std::vector<Index>(10, 6000));
}
