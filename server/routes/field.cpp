#include "routes/field.hpp"

#include <inkling/codec/decode.hpp>
#include <inkling/core/error.hpp>
#include <inkling/read/read_field.hpp>

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/json.hpp"
#include "http/problem.hpp"
#include "routes/answer_or_refuse.hpp"
#include "routes/pictures.hpp"
#include "routes/submission.hpp"

namespace inkling::server {
namespace {

constexpr std::size_t pattern_limit = 64;  // the search takes time in proportion

Pattern pattern_of(const Submission& submission) {
  const auto text = submission.field("pattern");
  if (!text || text->empty()) return {};
  if (text->size() > pattern_limit) throw Problem(400, "The field pattern is too long.");
  return Pattern::parse(*text);
}

Json to_json(const Box& box) {
  return Json::array({box.x, box.y, box.width, box.height});
}

Json to_json(const std::vector<Candidate>& candidates) {
  Json list = Json::array();
  for (const Candidate& candidate : candidates) {
    list.push_back({{"label", candidate.label}, {"probability", rounded(candidate.probability, 6)}});
  }
  return list;
}

Json to_json(const FieldCharacter& character) {
  return {{"label", character.label},
          {"confidence", rounded(character.confidence, 6)},
          {"box", to_json(character.box)},
          {"candidates", to_json(character.candidates)}};
}

Json to_json(const FieldAlternative& way) {
  return {{"from", way.from},
          {"to", way.to},
          {"score", rounded(-way.score, 6)},
          {"box", to_json(way.box)},
          {"candidates", to_json(way.candidates)}};
}

Json answer(const Recogniser& recogniser, const std::string& model_name, std::span<const std::uint8_t> picture,
            const ReadOptions& options) {
  const Model& model = recogniser.find(model_name);
  const FieldReading reading = read_field(decode_image(picture), *model.classifier, options);
  Json characters = Json::array();
  for (const FieldCharacter& character : reading.characters) characters.push_back(to_json(character));
  Json lattice = Json::array();
  for (const FieldAlternative& way : reading.lattice) lattice.push_back(to_json(way));
  return {{"prediction", reading.text},
          {"confidence", rounded(reading.confidence, 6)},
          {"fits", reading.fits},
          {"model", model.name},
          {"version", model.version()},
          {"sha256", model.sha256},
          {"characters", std::move(characters)},
          {"lattice", std::move(lattice)}};
}

}  // namespace

Response predict_field(std::shared_ptr<const Recogniser> recogniser, const Request& request) {
  return answer_or_refuse([&] {
    constexpr std::array<std::string_view, 5> fields = {"model", "charset", "prior", "pattern", "top"};
    auto submission = std::make_shared<const Submission>(request, fields);
    const Model& model = recogniser->find(submission->field("model").value_or(""));
    ReadOptions options{.charset = submission->charset(),
                        .pattern = pattern_of(*submission),
                        .candidates = static_cast<std::size_t>(submission->number("top", 5))};
    options.prior = prior_to_remove(submission->prior().value_or(Prior::natural), model.prior, model.name);
    options.lines = recogniser->models().lines;
    PictureReader reader{
        .read = [recogniser, options, name = model.name](
                    const SentPicture& picture) { return answer(*recogniser, name, picture.bytes, options); },
        .table = table_of_members({"prediction", "confidence", "fits", "model"})};
    Response response = answer_pictures(request, std::move(submission), std::move(reader));
    response.model = model.name;
    return response;
  });
}

}  // namespace inkling::server
