#include "forms/sent_forms.hpp"

#include <inkling/codec/decode.hpp>
#include <inkling/core/error.hpp>
#include <inkling/form/run/sha256.hpp>
#include <inkling/form/template_file.hpp>

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>

namespace inkling::server {
namespace {

constexpr std::size_t most_kept = 4;
constexpr std::size_t most_fields = 300;

std::string hash_of(std::string_view text) {
  return form::sha256(std::as_bytes(std::span(text.data(), text.size())));
}

}  // namespace

std::shared_ptr<const FormSet> SentForms::find(std::string_view form_json, std::string_view blank,
                                               const ModelSet& models) {
  const std::shared_ptr<const Classifier>& model = models.loaded.front().classifier;
  const std::string hash = hash_of(form_json) + hash_of(blank);
  {
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(kept_.begin(), kept_.end(), [&](const Kept& kept) {
      return kept.hash == hash && kept.model == model && kept.lines == models.lines;
    });
    if (found != kept_.end()) {
      kept_.splice(kept_.begin(), kept_, found);
      return found->form;
    }
  }
  form::FormTemplate layout = form::parse_template(form_json).form;
  const bool lists = std::any_of(layout.fields.begin(), layout.fields.end(),
                                 [](const form::Field& field) { return field.list.has_value(); });
  if (!layout.rules.empty() || lists || layout.fields.size() > most_fields) {
    throw ValueError(
        "A form that is sent has no rules, no lists of values and at most 300 fields: put it into the "
        "folder that --forms names.");
  }
  form::TemplatePage page{.form = std::move(layout)};
  page.image = decode_image({reinterpret_cast<const std::uint8_t*>(blank.data()), blank.size()});
  FormSet alone{.model = models.loaded.front()};
  alone.loaded.push_back(make_form(std::move(page), models));
  auto form = std::make_shared<const FormSet>(std::move(alone));
  const std::lock_guard lock(mutex_);
  kept_.push_front({.hash = hash, .model = model, .lines = models.lines, .form = form});
  if (kept_.size() > most_kept) kept_.pop_back();
  return form;
}

}  // namespace inkling::server
