#pragma once

#include <memory>
#include <mutex>

#include "models/models.hpp"
#include "models/recogniser.hpp"

namespace inkling::server {

/// The models in use. Who answers a request holds on to those it began with, whatever is loaded meanwhile.
class ModelStore {
 public:
  /// Throws ValueError unless at least one model is loaded.
  explicit ModelStore(ModelSet models, RecogniserOptions options = {});

  std::shared_ptr<const Recogniser> current() const;

  /// Puts other models in use. One that was refused is replaced by the model of its name that was in use; what was
  /// neither loaded nor refused is gone. Throws ValueError, and changes nothing, when no model is left.
  void replace(ModelSet models);

 private:
  const RecogniserOptions options_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Recogniser> current_;  // guarded by mutex_
};

}  // namespace inkling::server
