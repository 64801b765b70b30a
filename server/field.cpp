#include "field.hpp"

#include <inkling/core/error.hpp>
#include <inkling/image/decode.hpp>
#include <inkling/read/read_field.hpp>

#include <nlohmann/json.hpp>

#include <cmath>

namespace inkling::server {
namespace {

using Json = nlohmann::ordered_json;

/// Six digits: more would be the noise of single precision.
double rounded(double probability) {
  return std::round(1e6 * probability) / 1e6;
}

Json to_json(const FieldCharacter& character) {
  const Box& box = character.box;
  Json candidates = Json::array();
  for (const FieldCandidate& candidate : character.candidates) {
    candidates.push_back({{"label", candidate.label}, {"probability", rounded(candidate.probability)}});
  }
  return {{"label", character.label},
          {"confidence", rounded(character.confidence)},
          {"box", Json::array({box.x, box.y, box.width, box.height})},
          {"candidates", std::move(candidates)}};
}

}  // namespace

Json read_field(const Model& model, std::span<const std::uint8_t> picture, const FieldQuestion& question) {
  ReadOptions options{
      .charset = question.charset, .pattern = question.pattern, .candidates = static_cast<std::size_t>(question.top)};
  if (question.uniform_prior) {
    if (!model.prior) {
      throw FormatError("the file of the model " + model.name +
                        " does not say how frequent its classes were in training");
    }
    options.prior = model.prior;
  }
  const FieldReading reading = inkling::read_field(decode_image(picture), *model.classifier, options);
  Json characters = Json::array();
  for (const FieldCharacter& character : reading.characters) characters.push_back(to_json(character));
  return {{"prediction", reading.text}, {"model", model.name}, {"characters", std::move(characters)}};
}

}  // namespace inkling::server
