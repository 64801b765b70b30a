#pragma once

#include <memory>
#include <string>

/// A library of the system that is loaded when it is needed, where most runs of a program do without: one that is
/// linked costs each of them the time to load it, and what it needs itself.
class SharedLibrary {
 public:
  /// name: of its file, such as libz.so.1. Throws inkling::Error when there is none.
  explicit SharedLibrary(const std::string& name);

  /// The function that a header declares: function<decltype(zlibVersion)>("zlibVersion"). Throws inkling::Error.
  template <typename Function>
  Function* function(const char* name) const {
    return reinterpret_cast<Function*>(find(name));  // POSIX promises it for what dlsym finds
  }

 private:
  void* find(const char* name) const;

  struct Close {
    void operator()(void* library) const noexcept;
  };
  std::unique_ptr<void, Close> library_;
};
