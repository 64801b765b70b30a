#pragma once

#include <inkling/model/classifier.hpp>

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "forms/forms.hpp"

namespace inkling::server {

/// Forms that clients send with their pages: the last few are kept, for whoever sends one page sends the next. May be
/// used by many threads at once.
class SentForms {
 public:
  /// Throws FormatError for a form.json or picture that cannot be used, ValueError for a form that would make the
  /// server work on and on: one with rules or lists of values.
  std::shared_ptr<const FormSet> find(std::string_view form_json, std::string_view blank, const ModelSet& models);

 private:
  struct Kept {
    std::string hash;  // of what was sent
    std::shared_ptr<const Classifier> model;
    std::shared_ptr<const LineModel> lines;
    std::shared_ptr<const FormSet> form;  // alone
  };

  std::mutex mutex_;
  std::list<Kept> kept_;  // the last used first; guarded by mutex_
};

}  // namespace inkling::server
