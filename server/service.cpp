#include "service.hpp"

#include <inkling/core/error.hpp>
#include <inkling/image/decode_limits.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>

#include "assets.hpp"
#include "multipart.hpp"
#include "problem.hpp"

namespace inkling::server {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t charset_limit = 256;

Response json(const Json& body, int status = 200) {
  return {.status = status,
          .content_type = "application/json",
          .body = body.dump(-1, ' ', false, Json::error_handler_t::replace)};
}

/// The fields of the form that /predict takes.
class Form {
 public:
  explicit Form(const Request& request) {
    if (request.content_type.empty() || request.body.empty()) {
      throw Problem(400, "Send multipart/form-data with the picture in the field file.");
    }
    if (!request.content_type.starts_with("multipart/")) {
      throw Problem(415, "Expected multipart/form-data with the picture in the field file.");
    }
    const std::optional<std::string> boundary = multipart_boundary(request.content_type);
    if (!boundary) throw Problem(400, "The Content-Type is not multipart/form-data with a boundary.");
    parts_ = parse_multipart(request.body, *boundary);
  }

  std::optional<std::string_view> field(std::string_view name) const {
    const auto has_name = [&](const Part& part) { return part.name == name; };
    const auto found = std::find_if(parts_.begin(), parts_.end(), has_name);
    if (found == parts_.end()) return std::nullopt;
    if (std::count_if(parts_.begin(), parts_.end(), has_name) > 1) {
      throw Problem(400, "The form has the field " + std::string(name) + " more than once.");
    }
    return found->data;
  }

 private:
  std::vector<Part> parts_;  // views into the request
};

std::span<const std::uint8_t> picture_of(const Form& form) {
  const auto file = form.field("file");
  if (!file) throw Problem(400, "The form has no field file. Send the picture there.");
  if (file->empty()) throw Problem(422, "The file is empty.");
  return {reinterpret_cast<const std::uint8_t*>(file->data()), file->size()};  // bytes, whatever their type is called
}

Index top_of(const Form& form) {
  const std::string_view text = form.field("top").value_or("5");
  Index top = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), top);
  if (error != std::errc{} || end != text.data() + text.size() || top < 1 || top > 100) {
    throw Problem(400, "The field top is a number from 1 to 100.");
  }
  return top;
}

CharSet charset_of(const Form& form) {
  const auto text = form.field("charset");
  if (!text || text->empty()) return {};
  if (text->size() > charset_limit) throw Problem(400, "The field charset is too long.");
  return CharSet::parse(*text);
}

bool wants_uniform_prior(const Form& form) {
  const std::string_view text = form.field("prior").value_or("natural");
  if (text != "natural" && text != "uniform") throw Problem(400, "The field prior is natural or uniform.");
  return text == "uniform";
}

bool wants_seen(const Form& form) {
  const std::string_view text = form.field("seen").value_or("0");
  if (text != "0" && text != "1") throw Problem(400, "The field seen is 0 or 1.");
  return text == "1";
}

/// Six digits: more would be the noise of single precision.
double rounded(float probability) {
  return std::round(1e6 * static_cast<double>(probability)) / 1e6;
}

Json to_json(const Recognition& recognition, bool with_seen) {
  Json candidates = Json::array();
  for (const Candidate& candidate : recognition.candidates) {
    candidates.push_back({{"label", candidate.label}, {"probability", rounded(candidate.probability)}});
  }
  const Candidate& best = recognition.candidates.front();
  Json body = {{"prediction", best.label},
               {"confidence", rounded(best.probability)},
               {"model", recognition.model},
               {"candidates", std::move(candidates)}};
  if (with_seen) body["seen"] = recognition.seen;
  return body;
}

Json to_json(const Model& model, bool is_default) {
  return {{"name", model.name},    {"kind", model.classifier->kind()},
          {"default", is_default}, {"parameters", model.classifier->parameter_count()},
          {"bytes", model.bytes},  {"trained_on", model.trained_on},
          {"notes", model.notes},  {"classes", model.classifier->class_names()}};
}

Response page(const Asset& asset, const Request& request) {
  Response response{.content_type = std::string(asset.content_type),
                    .headers = {{"ETag", std::string(asset.etag)}, {"Cache-Control", "no-cache"}}};
  if (request.if_none_match == asset.etag) {
    response.status = 304;
  } else {
    response.body = asset.bytes;
  }
  return response;
}

void allow(const Request& request, std::string_view method) {
  const bool allowed = request.method == method || (request.method == "HEAD" && method == "GET");
  if (allowed) return;
  const std::string allowed_methods = method == "GET" ? "GET, HEAD" : std::string(method);
  throw Problem(405, "This address takes " + allowed_methods + " only.", {{"Allow", allowed_methods}});
}

}  // namespace

Response Service::answer(const Request& request) const {
  struct Route {
    std::string_view path;
    std::string_view method;
    Response (Service::*function)(const Request&) const;
  };
  static constexpr std::array routes = {Route{"/predict", "POST", &Service::predict},
                                        Route{"/models", "GET", &Service::models},
                                        Route{"/health", "GET", &Service::health}};
  for (const Route& route : routes) {
    if (request.path != route.path) continue;
    allow(request, route.method);
    return (this->*route.function)(request);
  }
  for (const Asset& asset : assets()) {
    if (request.path != asset.path) continue;
    allow(request, "GET");
    return page(asset, request);
  }
  throw Problem(404, "There is nothing at this address.");
}

Response Service::predict(const Request& request) const {
  try {
    const Form form(request);
    const auto picture = picture_of(form);
    const Question question{.model = form.field("model").value_or(""),
                            .charset = charset_of(form),
                            .uniform_prior = wants_uniform_prior(form),
                            .top = top_of(form)};
    const bool with_seen = wants_seen(form);
    return json(to_json(recogniser_.recognise(picture, question), with_seen));
  } catch (const UnsupportedImageError& error) {
    throw Problem(415, error.what());
  } catch (const ImageTooLargeError& error) {
    throw Problem(413, error.what());
  } catch (const FormatError& error) {
    throw Problem(422, error.what());
  } catch (const NoInkError& error) {
    throw Problem(422, error.what());
  } catch (const ValueError& error) {
    throw Problem(400, error.what());
  }
}

Response Service::models(const Request&) const {
  Json list = Json::array();
  for (const Model& model : recogniser_.models().loaded) list.push_back(to_json(model, list.empty()));
  return json({{"models", std::move(list)}});
}

/// Why a file was refused stands in the server's log; here only that it was.
Response Service::health(const Request&) const {
  Json refused = Json::array();
  for (const RefusedModel& model : recogniser_.models().refused) refused.push_back(model.name);
  if (!refused.empty()) {
    Response response = to_response(Problem(503, "Not every model passed its self-test."));
    Json body = Json::parse(response.body);
    body["refused"] = std::move(refused);
    response.body = body.dump();
    return response;
  }
  return json({{"status", "ok"}, {"models", recogniser_.models().loaded.size()}});
}

}  // namespace inkling::server
