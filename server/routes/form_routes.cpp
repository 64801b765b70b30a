#include "routes/form_routes.hpp"

#include <inkling/codec/decode.hpp>
#include <inkling/form/layout/learn.hpp>
#include <inkling/form/reading_json.hpp>
#include <inkling/form/results/page_table.hpp>
#include <inkling/form/template_file.hpp>
#include <inkling/picture/encode.hpp>

#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "http/data_url.hpp"
#include "http/json.hpp"
#include "http/problem.hpp"
#include "routes/answer_or_refuse.hpp"
#include "routes/pictures.hpp"
#include "routes/submission.hpp"

namespace inkling::server {
namespace {

const Form& form_of(const FormSet& forms, const std::string& name) {
  const Form* form = forms.find(name);
  if (form == nullptr) throw Problem(404, "There is no such form. GET /forms lists those that are.");
  return *form;
}

Json to_json(const form::FormTemplate& layout) {
  Json fields = Json::array();
  for (const form::Field& field : layout.fields) fields.push_back(field.name);
  return {{"name", layout.name},
          {"edition", layout.edition},
          {"width", layout.page.width},
          {"height", layout.page.height},
          {"fields", std::move(fields)}};
}

constexpr std::array<std::string_view, 4> added = {"model", "version", "sha256", "picture"};  // to what an export has

Json read_page(const Form& form, const Model& model, const SentPicture& picture, bool with_picture) {
  if (count_pages(picture.bytes) > 1) throw Problem(422, "The file has several pages: send each as a file of its own.");
  form::ReadPage page = form.reader->read(decode_image(picture.bytes));
  page.reading.file = as_utf8(picture.name);
  Json answer = Json::parse(form::reading_line(page.reading));
  answer.update({{"model", model.name}, {"version", model.version()}, {"sha256", model.sha256}});
  if (with_picture && page.registered) answer["picture"] = png_data_url(encode_png(*page.registered));
  return answer;
}

/// As `inkling form export` writes it; the row of a page that was refused is empty.
std::vector<TableRow> table_of(const form::FormTemplate& layout, const std::vector<Json>& answers) {
  form::PageTable table({layout});
  std::vector<std::optional<form::PageReading>> pages;
  for (Json answer : answers) {
    pages.emplace_back();
    if (!answer.contains("status")) continue;
    for (const std::string_view name : added) answer.erase(std::string(name));
    pages.back() = form::parse_reading(answer.dump());
    table.note(*pages.back());
  }
  std::vector<TableRow> rows = {table.header()};
  for (const auto& page : pages) rows.push_back(page ? table.row(*page) : TableRow(rows.front().size()));
  return rows;
}

/// By a form of the set.
Response read_pages(const Request& request, std::shared_ptr<const Submission> submission,
                    std::shared_ptr<const FormSet> forms, const Form& form) {
  const bool with_picture = submission->flag("picture");
  PictureReader reader{
      .read = [forms, &form,
               with_picture](const SentPicture& page) { return read_page(form, forms->model, page, with_picture); },
      .table = [forms, &form](const std::vector<Json>& answers) { return table_of(form.layout, answers); }};
  Response response = answer_pictures(request, std::move(submission), std::move(reader));
  response.model = forms->model.name;
  return response;
}

}  // namespace

Response list_forms(const FormSet& forms) {
  Json list = Json::array();
  for (const Form& form : forms.loaded) list.push_back(to_json(form.layout));
  return json_response({{"forms", std::move(list)}});
}

Response show_form(const FormSet& forms, const std::string& name) {
  return json_response(Json::parse(form::template_text(form_of(forms, name).layout)));
}

Response read_form(std::shared_ptr<const FormSet> forms, const std::string& name, const Request& request) {
  return answer_or_refuse([&] {
    const Form& form = form_of(*forms, name);
    constexpr std::array<std::string_view, 1> fields = {"picture"};
    return read_pages(request, std::make_shared<const Submission>(request, fields), forms, form);
  });
}

Response learn_form(const Request& request) {
  return answer_or_refuse([&] {
    constexpr std::array<std::string_view, 1> fields = {"name"};
    const Submission submission(request, fields);
    constexpr std::size_t most = 10;
    if (submission.pictures().size() > most) throw Problem(400, "Send at most 10 pages to learn a form from.");
    std::vector<GreyImage> pages;
    for (const SentPicture& picture : submission.pictures()) pages.push_back(decode_image(picture.bytes));
    const std::string name(submission.field("name").value_or("form"));
    form::LearntForm learnt = form::learn_form(pages, {.name = name.empty() ? "form" : as_utf8(name)});
    learnt.form.page.image = "blank.png";
    Json remarks = Json::array();
    for (const std::string& remark : learnt.remarks) remarks.push_back(remark);
    return json_response({{"form", Json::parse(form::template_text(learnt.form))},
                          {"picture", png_data_url(encode_png(learnt.print))},
                          {"remarks", std::move(remarks)}});
  });
}

Response read_sent_form(SentForms& forms, const ModelSet& models, const Request& request) {
  return answer_or_refuse([&] {
    constexpr std::array<std::string_view, 3> fields = {"picture", "form", "blank"};
    auto submission = std::make_shared<const Submission>(request, fields);
    const auto text = submission->field("form");
    const auto blank = submission->field("blank");
    if (!text || !blank) throw Problem(400, "Send the form.json in the field form, and its page's picture in blank.");
    std::shared_ptr<const FormSet> form = forms.find(*text, *blank, models);
    const Form& only = form->loaded.front();
    return read_pages(request, std::move(submission), std::move(form), only);
  });
}

}  // namespace inkling::server
