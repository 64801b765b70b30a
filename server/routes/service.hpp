#pragma once

#include "forms/form_store.hpp"
#include "forms/sent_forms.hpp"
#include "http/http.hpp"
#include "http/router.hpp"
#include "models/model_store.hpp"
#include "operations/metrics.hpp"
#include "review/review_desk.hpp"

namespace inkling::server {

/// The routes: docs/http-api.md in code. A function of the request alone, so that tests need no socket. Const members
/// may be called from many threads at once.
class Service {
 public:
  /// All must outlive the service. Without a desk, no run is reviewed; `local`: only by those who are on this machine.
  Service(const ModelStore& models, const FormStore& forms, const Metrics& metrics, ReviewDesk* desk = nullptr,
          bool local = true);

  /// Refusals are answers, too.
  Response answer(const Request& request) const;

  /// What anybody may ask where the rest needs a key: whether the server is well, and the page with its parts.
  bool is_open(const Request& request) const;

 private:
  void add_forms(const ModelStore& models, const FormStore& forms);
  void add_inference(const ModelStore& models);

  mutable SentForms sent_forms_;
  Router router_;
};

}  // namespace inkling::server
