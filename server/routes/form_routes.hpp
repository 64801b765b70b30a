#pragma once

#include <memory>
#include <string>

#include "forms/forms.hpp"
#include "forms/sent_forms.hpp"
#include "http/http.hpp"

namespace inkling::server {

/// GET /forms: what each form is.
Response list_forms(const FormSet& forms);

/// GET /forms/{name}: its form.json. Throws Problem 404 for a form that is not there.
Response show_form(const FormSet& forms, const std::string& name);

/// POST /forms/{name}/read: the fields of each page. Throws as show_form, and Problem for what is refused. A page that
/// does not lie on the form is no refusal: its status says so.
Response read_form(std::shared_ptr<const FormSet> forms, const std::string& name, const Request& request);

/// POST /forms/learn: a form as a blank page shows it, or three or more filled ones: its form.json, the picture of its
/// print, and what a person should know. Throws Problem for what is refused.
Response learn_form(const Request& request);

/// POST /forms/read: as read_form, of a form that comes with the pages: its form.json in the field `form`, the picture
/// of its page in `blank`.
Response read_sent_form(SentForms& forms, const ModelSet& models, const Request& request);

}  // namespace inkling::server
