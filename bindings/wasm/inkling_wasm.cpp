// The reading half of Inkling as a WebAssembly module. index.mjs is what programs see: it hands pictures in and reads
// answers as JSON. One translation unit, for one thread.

#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/form/read_page.hpp>
#include <inkling/form/reading_json.hpp>
#include <inkling/form/template_file.hpp>
#include <inkling/model/charset.hpp>
#include <inkling/model/familiarity.hpp>
#include <inkling/model/occlusion.hpp>
#include <inkling/normalise/normalise.hpp>
#include <inkling/picture/grey_image.hpp>
#include <inkling/read/pattern.hpp>
#include <inkling/read/read_character.hpp>
#include <inkling/read/read_field.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <emscripten.h>
#include <exception>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../loaded_model.hpp"

#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_ONLY_PNG
#define STBI_NO_STDIO
#include <stb/stb_image.h>

int uncompress(Bytef* to, uLongf* size, const Bytef* from, uLong from_size) {
  const int got = stbi_zlib_decode_buffer(reinterpret_cast<char*>(to), static_cast<int>(*size),
                                          reinterpret_cast<const char*>(from), static_cast<int>(from_size));
  if (got < 0) return Z_DATA_ERROR;
  *size = static_cast<uLongf>(got);
  return Z_OK;
}

namespace {

using namespace inkling;
using Json = nlohmann::ordered_json;

enum class ErrorKind { other, no_ink, argument };  // index.mjs has names for them

std::string last_error;
ErrorKind last_kind = ErrorKind::other;
std::string answer;    // of the last call that gives text
GreyImage registered;  // the last page that lay on its form

void failed(ErrorKind kind, const char* what) noexcept {
  last_kind = kind;
  last_error = what;
}

/// What `body` returns, or nothing and a text in last_error.
template <typename Result, typename Body>
Result guarded(Result nothing, const Body& body) noexcept {
  try {
    return body();
  } catch (const NoInkError& error) {
    failed(ErrorKind::no_ink, error.what());
  } catch (const ValueError& error) {
    failed(ErrorKind::argument, error.what());
  } catch (const std::exception& error) {
    failed(ErrorKind::other, error.what());
  } catch (...) {
    failed(ErrorKind::other, "an unknown exception");
  }
  return nothing;
}

const char* give(const Json& json) {
  answer = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  return answer.c_str();
}

GreyImage image_of(const std::uint8_t* pixels, int width, int height) {
  return {width, height, std::vector<std::uint8_t>(pixels, pixels + static_cast<std::ptrdiff_t>(width) * height)};
}

CharSet charset_of(const char* text) {
  return *text == '\0' ? CharSet() : CharSet::parse(text);
}

Json as_json(const std::vector<Candidate>& candidates) {
  Json json = Json::array();
  for (const Candidate& candidate : candidates) {
    json.push_back({{"label", candidate.label}, {"probability", candidate.probability}});
  }
  return json;
}

}  // namespace

extern "C" {

EMSCRIPTEN_KEEPALIVE const char* inkling_error() {
  return last_error.c_str();
}

EMSCRIPTEN_KEEPALIVE int inkling_error_kind() {
  return static_cast<int>(last_kind);
}

EMSCRIPTEN_KEEPALIVE bindings::LoadedModel* inkling_load(const std::uint8_t* bytes, std::size_t size) {
  return guarded(static_cast<bindings::LoadedModel*>(nullptr), [&] {
    return std::make_unique<bindings::LoadedModel>(bindings::load(std::as_bytes(std::span(bytes, size)))).release();
  });
}

EMSCRIPTEN_KEEPALIVE void inkling_free(bindings::LoadedModel* model) {
  delete model;
}

EMSCRIPTEN_KEEPALIVE const char* inkling_about(const bindings::LoadedModel* model) {
  const Shape& shape = model->model->input_shape();
  return give({{"kind", model->model->kind()},
               {"classes", model->model->class_names()},
               {"inputShape", {shape.height, shape.width, shape.channels}}});
}

/// images: count of them, as the model learned from; probabilities: classes for each.
EMSCRIPTEN_KEEPALIVE bool inkling_probabilities(const bindings::LoadedModel* model, const std::uint8_t* images,
                                                int count, float* probabilities) {
  return guarded(false, [&] {
    const Classifier& classifier = *model->model;
    const Pixels pixels = Eigen::Map<const Pixels>(images, classifier.input_shape().size(), count);
    Eigen::Map<Matrix>(probabilities, classifier.num_classes(), count) = classifier.probabilities(pixels, 1);
    return true;
  });
}

/// seen: with the image that the model was given; explain: with what in it decided.
EMSCRIPTEN_KEEPALIVE const char* inkling_character(const bindings::LoadedModel* model, const std::uint8_t* pixels,
                                                   int width, int height, const char* charset, const char* prior,
                                                   int candidates, bool seen, bool explain) {
  return guarded(static_cast<const char*>(nullptr), [&] {
    const GreyImage picture = image_of(pixels, width, height);
    const CharacterReading reading = read_character(picture, *model->model,
                                                    {.charset = charset_of(charset),
                                                     .prior = bindings::prior_of_character(*model, prior),
                                                     .candidates = static_cast<std::size_t>(candidates),
                                                     .familiarity = model->familiarity});
    Json json = {{"label", reading.label},
                 {"probability", reading.probability},
                 {"candidates", as_json(reading.candidates)},
                 {"unfamiliar", is_unfamiliar(reading.familiarity)}};
    if (seen || explain) {
      const GreyImage image = normalise(picture, {.side = model->model->input_shape().height});
      const auto& values = image.values();
      if (seen) json["seen"] = std::vector<std::uint8_t>(values.begin(), values.end());
      if (explain) {
        const Pixels ink = Eigen::Map<const Pixels>(values.data(), image.size(), 1);
        const Vector heat = occlusion(*model->model, ink, reading.candidates.front().index, {.threads = 1});
        json["explanation"] = std::vector<float>(heat.begin(), heat.end());
      }
    }
    return give(json);
  });
}

EMSCRIPTEN_KEEPALIVE const char* inkling_field(const bindings::LoadedModel* model, const std::uint8_t* pixels,
                                               int width, int height, const char* charset, const char* prior,
                                               int candidates, const char* pattern) {
  return guarded(static_cast<const char*>(nullptr), [&] {
    const FieldReading reading = read_field(image_of(pixels, width, height), *model->model,
                                            {.charset = charset_of(charset),
                                             .pattern = *pattern == '\0' ? Pattern() : Pattern::parse(pattern),
                                             .prior = bindings::prior_of_field(*model, prior),
                                             .candidates = static_cast<std::size_t>(candidates)});
    Json characters = Json::array();
    for (const FieldCharacter& character : reading.characters) {
      const Box& box = character.box;
      characters.push_back({{"label", character.label},
                            {"confidence", character.confidence},
                            {"box", {box.x, box.y, box.width, box.height}},
                            {"candidates", as_json(character.candidates)}});
    }
    return give({{"text", reading.text}, {"confidence", reading.confidence}, {"characters", std::move(characters)}});
  });
}

/// text: of form.json; pixels: of the picture beside it, or none.
EMSCRIPTEN_KEEPALIVE form::FormReader* inkling_form(const bindings::LoadedModel* model, const char* text,
                                                    const std::uint8_t* pixels, int width, int height) {
  return guarded(static_cast<form::FormReader*>(nullptr), [&] {
    std::vector<form::TemplatePage> pages;
    pages.push_back({.form = form::parse_template(text).form, .image = image_of(pixels, width, height)});
    const form::FormReaderOptions options{.picture = true, .lines = model->lines};
    return std::make_unique<form::FormReader>(std::move(pages), model->model, options).release();
  });
}

EMSCRIPTEN_KEEPALIVE void inkling_free_form(form::FormReader* form) {
  delete form;
}

EMSCRIPTEN_KEEPALIVE const char* inkling_page(const form::FormReader* form, const std::uint8_t* pixels, int width,
                                              int height) {
  return guarded(static_cast<const char*>(nullptr), [&] {
    form::ReadPage page = form->read(image_of(pixels, width, height));
    answer = form::reading_line(page.reading);
    registered = page.registered ? std::move(*page.registered) : GreyImage();
    return answer.c_str();
  });
}

/// The last page as it lies on its form, grey; 0 x 0 when it was refused.
EMSCRIPTEN_KEEPALIVE const std::uint8_t* inkling_registered() {
  return registered.values().data();
}

EMSCRIPTEN_KEEPALIVE int inkling_registered_width() {
  return static_cast<int>(registered.width());
}

EMSCRIPTEN_KEEPALIVE int inkling_registered_height() {
  return static_cast<int>(registered.height());
}

}  // extern "C"
