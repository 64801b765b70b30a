#pragma once

#include <inkling/core/error.hpp>

#include <exception>
#include <pybind11/pybind11.h>
#include <string>
#include <utility>

/// A class of exceptions for each kind of error of the library, which Python's own handlers catch, too.
namespace inkling::python {

namespace py = pybind11;

/// A class of exceptions of the module, which Python's own handlers catch, too.
inline py::object add_error(py::module_& module, const char* name, const char* doc, const py::tuple& bases) {
  const std::string full = std::string("inkling.") + name;
  auto type = py::reinterpret_steal<py::object>(PyErr_NewExceptionWithDoc(full.c_str(), doc, bases.ptr(), nullptr));
  module.add_object(name, type);
  return type;
}

struct ErrorTypes {
  PyObject *error, *shape, *value, *format, *file, *no_ink;
};

inline const ErrorTypes& error_types(py::module_* module = nullptr) {
  static const ErrorTypes types = [&] {
    const auto builtin = [](PyObject* type) { return py::reinterpret_borrow<py::object>(type); };
    const py::object base =
        add_error(*module, "Error", "Base of every error of Inkling.", py::make_tuple(builtin(PyExc_Exception)));
    const auto add = [&](const char* name, const char* doc, PyObject* python) {
      return add_error(*module, name, doc, py::make_tuple(base, builtin(python))).release().ptr();
    };
    return ErrorTypes{base.ptr(),
                      add("ShapeError", "Sizes that do not fit.", PyExc_ValueError),
                      add("ArgumentError", "A value that an option, label or argument may not have.", PyExc_ValueError),
                      add("FormatError", "Bytes that are not what their format demands.", PyExc_ValueError),
                      add("FileError", "The operating system refused.", PyExc_OSError),
                      add("NoInkError", "A picture without ink: there is nothing to recognise.", PyExc_ValueError)};
  }();
  return types;
}

inline void translate(std::exception_ptr thrown) {
  const ErrorTypes& types = error_types();
  try {
    std::rethrow_exception(std::move(thrown));
  } catch (const ShapeError& error) {
    PyErr_SetString(types.shape, error.what());
  } catch (const ValueError& error) {
    PyErr_SetString(types.value, error.what());
  } catch (const FormatError& error) {
    PyErr_SetString(types.format, error.what());
  } catch (const FileError& error) {
    PyErr_SetString(types.file, error.what());
  } catch (const NoInkError& error) {
    PyErr_SetString(types.no_ink, error.what());
  } catch (const Error& error) {
    PyErr_SetString(types.error, error.what());
  }
}

}  // namespace inkling::python
