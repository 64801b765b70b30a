// The C interface: arguments become the library's values, its exceptions become codes, and its results blocks of
// memory.

#include <inkling/codec/decode.hpp>
#include <inkling/core/error.hpp>
#include <inkling/form/read_page.hpp>
#include <inkling/form/reading_json.hpp>
#include <inkling/model/charset.hpp>
#include <inkling/picture/grey_image.hpp>
#include <inkling/read/pattern.hpp>
#include <inkling/read/read_character.hpp>
#include <inkling/read/read_field.hpp>
#include <inkling/version.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <filesystem>
#include <inkling.h>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "form_file.hpp"
#include "loaded_model.hpp"
#include "picture_limits.hpp"

struct inkling_model {
  inkling::bindings::LoadedModel loaded;
};

struct inkling_form {
  inkling::form::FormReader reader;
};

namespace {

using namespace inkling;

std::string& last_error() {
  static thread_local std::string text;
  return text;
}

int failed(int code, const char* what) noexcept {
  try {
    last_error() = what;
  } catch (...) {  // no memory for the words
    last_error().clear();
  }
  return code;
}

/// Runs `body`, of which no exception gets out.
template <typename Body>
int guarded(const Body& body) noexcept {
  try {
    body();
    return INKLING_OK;
  } catch (const NoInkError& error) {
    return failed(INKLING_NO_INK, error.what());
  } catch (const FormatError& error) {
    return failed(INKLING_BAD_FORMAT, error.what());
  } catch (const FileError& error) {
    return failed(INKLING_BAD_FILE, error.what());
  } catch (const ValueError& error) {
    return failed(INKLING_BAD_ARGUMENT, error.what());
  } catch (const ShapeError& error) {
    return failed(INKLING_BAD_ARGUMENT, error.what());
  } catch (const std::bad_alloc&) {
    return failed(INKLING_NO_MEMORY, "there is not enough memory");
  } catch (const std::exception& error) {
    return failed(INKLING_FAILED, error.what());
  } catch (...) {
    return failed(INKLING_FAILED, "an unknown exception");
  }
}

void require_given(const void* pointer, const char* name) {
  if (pointer == nullptr) throw ValueError(std::string("expected ") + name + ", got NULL");
}

/// The members that the caller's header did not have are 0.
inkling_options known_options(const inkling_options* given) {
  inkling_options options{};
  if (given == nullptr) return options;
  if (given->size < sizeof(std::size_t) || given->size > sizeof options) {
    throw ValueError("inkling_options: expected a size of up to " + std::to_string(sizeof options) + ", got " +
                     std::to_string(given->size));
  }
  std::memcpy(&options, given, given->size);
  return options;
}

GreyImage image_of(const inkling_picture* picture) {
  require_given(picture, "a picture");
  require_given(picture->pixels, "the pixels of the picture");
  constexpr std::size_t most = std::size_t{1} << 30U;
  const std::size_t width = picture->width;
  const std::size_t height = picture->height;
  if (width == 0 || height == 0 || width > most / height || picture->stride < width) {
    throw ShapeError("inkling_picture: expected 1 to " + std::to_string(most) +
                     " pixels, and a stride of at least the width, got " + std::to_string(width) + "x" +
                     std::to_string(height) + " with a stride of " + std::to_string(picture->stride));
  }
  GreyImage image(static_cast<Index>(width), static_cast<Index>(height));
  for (std::size_t y = 0; y < height; ++y) {
    std::copy_n(picture->pixels + y * picture->stride, width, image.row(static_cast<Index>(y)));
  }
  return image;
}

/// A block that is freed as a whole: a head, then parts that it points to.
class Block {
 public:
  explicit Block(std::size_t bytes) : memory_(static_cast<char*>(std::calloc(1, bytes))) {
    if (!memory_) throw std::bad_alloc();
  }

  template <typename T>
  T* place(std::size_t count) {
    used_ = (used_ + alignof(T) - 1) / alignof(T) * alignof(T);
    T* const begin = reinterpret_cast<T*>(memory_.get() + used_);
    used_ += count * sizeof(T);
    return begin;
  }

  const char* place(const std::string& text) {
    char* const begin = place<char>(text.size() + 1);
    std::copy(text.begin(), text.end(), begin);
    return begin;
  }

  void* release() noexcept { return memory_.release(); }

 private:
  struct Free {
    void operator()(char* memory) const noexcept { std::free(memory); }
  };
  std::unique_ptr<char, Free> memory_;
  std::size_t used_ = 0;
};

inkling_reading* reading_block(const FieldReading& reading) {
  std::size_t bytes =
      sizeof(inkling_reading) + reading.characters.size() * sizeof(inkling_character) + reading.text.size() + 1;
  for (const FieldCharacter& character : reading.characters) {
    bytes += character.label.size() + 1;
    for (const Candidate& candidate : character.candidates)
      bytes += sizeof(inkling_candidate) + candidate.label.size() + 1;
  }
  Block block(bytes);
  auto* const head = block.place<inkling_reading>(1);
  auto* const characters = block.place<inkling_character>(reading.characters.size());
  std::vector<inkling_candidate*> candidates;  // first, for text needs no alignment
  for (const FieldCharacter& character : reading.characters) {
    candidates.push_back(block.place<inkling_candidate>(character.candidates.size()));
  }
  *head = {block.place(reading.text), reading.characters.size(), characters};
  for (std::size_t i = 0; i < reading.characters.size(); ++i) {
    const FieldCharacter& from = reading.characters[i];
    characters[i] = {block.place(from.label), from.confidence,        from.box.x,   from.box.y, from.box.width,
                     from.box.height,         from.candidates.size(), candidates[i]};
    for (std::size_t k = 0; k < from.candidates.size(); ++k) {
      const Candidate& candidate = from.candidates[k];
      candidates[i][k] = {block.place(candidate.label), candidate.probability, candidate.index};
    }
  }
  block.release();
  return head;
}

CharSet charset_of(const inkling_options& options) {
  return options.charset == nullptr ? CharSet() : CharSet::parse(options.charset);
}

std::string prior_of(const inkling_options& options) {
  return options.prior == nullptr ? "" : options.prior;
}

std::size_t candidates_of(const inkling_options& options) {
  constexpr std::size_t usual = 5;
  return options.candidates == 0 ? usual : options.candidates;
}

std::span<const std::byte> bytes_of(const void* bytes, std::size_t size) {
  require_given(bytes, "bytes");
  return {static_cast<const std::byte*>(bytes), size};
}

template <typename Source>
int load_into(inkling_model** model, const Source& source) {
  return guarded([&] {
    require_given(model, "a place for the model");
    *model = std::make_unique<inkling_model>(inkling_model{source()}).release();
  });
}

}  // namespace

const char* inkling_version(void) {
  static const std::string text =
      std::to_string(version.major) + "." + std::to_string(version.minor) + "." + std::to_string(version.patch);
  return text.c_str();
}

const char* inkling_last_error(void) {
  return last_error().c_str();
}

int inkling_load(const char* path, inkling_model** model) {
  return load_into(model, [&] {
    require_given(path, "a path");
    return bindings::load(std::filesystem::path(path));
  });
}

int inkling_load_bytes(const void* bytes, size_t size, inkling_model** model) {
  return load_into(model, [&] { return bindings::load(bytes_of(bytes, size)); });
}

void inkling_model_free(inkling_model* model) {
  delete model;
}

size_t inkling_class_count(const inkling_model* model) {
  return model == nullptr ? 0 : model->loaded.model->class_names().size();
}

const char* inkling_class_name(const inkling_model* model, size_t index) {
  return index < inkling_class_count(model) ? model->loaded.model->class_names()[index].c_str() : nullptr;
}

int inkling_decode(const void* bytes, size_t size, inkling_picture** picture) {
  return guarded([&] {
    require_given(picture, "a place for the picture");
    const std::span<const std::byte> file = bytes_of(bytes, size);
    const GreyImage image = decode_image({reinterpret_cast<const std::uint8_t*>(file.data()), file.size()},
                                         bindings::picture_limits(file.size()));
    Block block(sizeof(inkling_picture) + static_cast<std::size_t>(image.size()));
    auto* const head = block.place<inkling_picture>(1);
    auto* const pixels = block.place<std::uint8_t>(static_cast<std::size_t>(image.size()));
    std::copy(image.values().begin(), image.values().end(), pixels);
    const auto width = static_cast<std::size_t>(image.width());
    *head = {width, static_cast<std::size_t>(image.height()), width, pixels};
    block.release();
    *picture = head;
  });
}

int inkling_read_character(const inkling_model* model, const inkling_picture* picture, const inkling_options* given,
                           inkling_reading** reading) {
  return guarded([&] {
    require_given(model, "a model");
    require_given(reading, "a place for the reading");
    const inkling_options options = known_options(given);
    const GreyImage image = image_of(picture);
    CharacterReading read = read_character(image, *model->loaded.model,
                                           {.charset = charset_of(options),
                                            .prior = bindings::prior_of_character(model->loaded, prior_of(options)),
                                            .candidates = candidates_of(options)});
    const Box whole{0, 0, static_cast<double>(image.width()), static_cast<double>(image.height())};
    const std::string label = read.label;
    *reading = reading_block(
        {.text = label, .characters = {{label, read.probability, whole, std::move(read.candidates)}}, .lattice = {}});
  });
}

int inkling_read_field(const inkling_model* model, const inkling_picture* picture, const inkling_options* given,
                       inkling_reading** reading) {
  return guarded([&] {
    require_given(model, "a model");
    require_given(reading, "a place for the reading");
    const inkling_options options = known_options(given);
    *reading =
        reading_block(read_field(image_of(picture), *model->loaded.model,
                                 {.charset = charset_of(options),
                                  .pattern = options.pattern == nullptr ? Pattern() : Pattern::parse(options.pattern),
                                  .prior = bindings::prior_of_field(model->loaded, prior_of(options)),
                                  .candidates = candidates_of(options),
                                  .lines = model->loaded.lines,
                                  .threads = std::max(1, options.threads)}));
  });
}

int inkling_form_load(const char* path, const inkling_model* model, inkling_form** form) {
  return guarded([&] {
    require_given(path, "a path");
    require_given(model, "a model");
    require_given(form, "a place for the form");
    const double accept = form::FormReaderOptions().accept;
    *form = std::make_unique<inkling_form>(inkling_form{bindings::load_forms({path}, model->loaded, accept)}).release();
  });
}

void inkling_form_free(inkling_form* form) {
  delete form;
}

int inkling_read_form_page(const inkling_form* form, const inkling_picture* page, char** json) {
  return guarded([&] {
    require_given(form, "a form");
    require_given(json, "a place for the text");
    const std::string text = form::reading_line(form->reader.read(image_of(page)).reading);
    Block block(text.size() + 1);
    block.place(text);
    *json = static_cast<char*>(block.release());
  });
}

void inkling_free(void* result) {
  std::free(result);
}
