#include "training_notes.hpp"

#include <inkling/core/error.hpp>

#include <zlib.h>

#include <cstdio>
#include <string>
#include <vector>

#include "with_commas.hpp"

namespace {

using namespace inkling;

/// CRC-32 of pixels, labels and class names, in their order.
std::string checksum(const Dataset& data) {
  uLong sum = crc32(0, nullptr, 0);
  const auto add = [&](const void* bytes, std::size_t size) {
    sum = crc32_z(sum, static_cast<const Bytef*>(bytes), size);
  };
  for (Index i = 0; i < data.size(); ++i) add(data.image(i).data(), data.image(i).size());
  const std::vector<Label> labels = data.labels();
  add(labels.data(), labels.size() * sizeof(Label));
  for (const std::string& name : data.class_names()) add(name.c_str(), name.size() + 1);
  char text[16];
  std::snprintf(text, sizeof text, "%08lx", sum);
  return text;
}

}  // namespace

CheckpointNotes training_notes(ModelKind kind, const Dataset& data, Index epochs, std::uint64_t seed) {
  return {{"model", model_name(kind)},
          {"epochs", std::to_string(epochs)},
          {"seed", std::to_string(seed)},
          {"data", with_commas(data.size()) + " images (CRC-32 " + checksum(data) + ")"}};
}

void require_same_notes(const std::filesystem::path& checkpoint, const CheckpointNotes& notes) {
  const CheckpointNotes written = read_checkpoint_notes(checkpoint);
  std::string differences;
  for (const auto& [key, value] : notes) {
    const auto found = written.find(key);
    const std::string then = found == written.end() ? "none" : found->second;
    if (then != value) differences += (differences.empty() ? "" : "; ") + key + ": " + value + ", it has " + then;
  }
  if (!differences.empty()) {
    throw ValueError(checkpoint.string() + ": cannot go on from the checkpoint of another run: " + differences);
  }
}
