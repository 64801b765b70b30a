#include "forms/shared_library.hpp"

#include <inkling/core/error.hpp>

#include <dlfcn.h>

namespace {

[[noreturn]] void fail(const std::string& what) {
  const char* why = ::dlerror();
  throw inkling::Error(what + " cannot be loaded: " + (why != nullptr ? why : "unknown"));
}

}  // namespace

SharedLibrary::SharedLibrary(const std::string& name) : library_(::dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL)) {
  if (!library_) fail(name);
}

void* SharedLibrary::find(const char* name) const {
  void* function = ::dlsym(library_.get(), name);
  if (function == nullptr) fail(name);
  return function;
}

void SharedLibrary::Close::operator()(void* library) const noexcept {
  ::dlclose(library);
}
