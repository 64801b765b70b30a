#pragma once

#include <memory>
#include <mutex>

#include "forms/forms.hpp"

namespace inkling::server {

/// The forms in use. Who answers a request holds on to those it began with, whatever is loaded meanwhile.
class FormStore {
 public:
  explicit FormStore(FormSet forms = {});

  std::shared_ptr<const FormSet> current() const;
  void replace(FormSet forms);

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const FormSet> current_;  // guarded by mutex_
};

}  // namespace inkling::server
