#pragma once

#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/shape.hpp>
#include <inkling/picture/grey_image.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <map>
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <string>
#include <utility>
#include <vector>

/// Arrays. NumPy's [samples][values] is in memory what the library has as values x samples.
namespace inkling::python {

namespace py = pybind11;

using Path = std::filesystem::path;
using Bytes = py::array_t<std::uint8_t, py::array::c_style>;
using Floats = py::array_t<float, py::array::c_style | py::array::forcecast>;
using Labels = py::array_t<Label, py::array::c_style | py::array::forcecast>;
using Notes = std::map<std::string, std::string>;

inline bool is_bytes(const py::array& array) {
  return array.dtype().kind() == 'u' && array.dtype().itemsize() == 1;
}

inline Bytes as_bytes(const py::array& array, const char* what) {
  if (!is_bytes(array)) {
    throw ValueError(std::string(what) + ": expected an array of uint8, got " +
                     py::cast<std::string>(py::str(array.dtype())));
  }
  return Bytes::ensure(array);
}

/// [n, height, width], [n, height, width, channels], or [n, values].
inline Shape shape_of(const py::array& images) {
  switch (images.ndim()) {
    case 2:
      return {1, 1, images.shape(1)};
    case 3:
      return {images.shape(1), images.shape(2), 1};
    case 4:
      return {images.shape(1), images.shape(2), images.shape(3)};
    default:
      throw ShapeError("expected an array of images, [n, height, width] or [n, values], got " +
                       std::to_string(images.ndim()) + " dimensions");
  }
}

inline Eigen::Map<const Pixels> map_of(const Bytes& images) {
  return {images.data(), shape_of(images).size(), images.shape(0)};
}

inline Matrix features_of(const py::array& array) {
  const Floats features = Floats::ensure(array);
  if (!features) throw ValueError("expected an array of numbers, got " + py::cast<std::string>(py::str(array.dtype())));
  if (features.ndim() != 2) {
    throw ShapeError("expected an array of features, [n, values], got " + std::to_string(features.ndim()) +
                     " dimensions");
  }
  return Eigen::Map<const Matrix>(features.data(), features.shape(1), features.shape(0));
}

/// An array that owns what the matrix held.
template <typename Scalar>
py::array_t<Scalar> as_array(MatrixOf<Scalar>&& matrix, std::vector<py::ssize_t> shape) {
  auto* const kept = new MatrixOf<Scalar>(std::move(matrix));  // the capsule's
  const py::capsule owner(kept, [](void* memory) { delete static_cast<MatrixOf<Scalar>*>(memory); });
  return py::array_t<Scalar>(std::move(shape), kept->data(), owner);
}

/// [samples, classes]
template <typename Scalar>
py::array_t<Scalar> as_array(MatrixOf<Scalar>&& matrix) {
  const std::vector<py::ssize_t> shape{matrix.cols(), matrix.rows()};
  return as_array(std::move(matrix), shape);
}

inline py::array_t<std::uint8_t> as_array(const GreyImage& image) {
  py::array_t<std::uint8_t> array({image.height(), image.width()});
  std::copy(image.values().begin(), image.values().end(), array.mutable_data());
  return array;
}

/// Runs without the lock of the interpreter.
template <typename Work>
auto unlocked(const Work& work) {
  const py::gil_scoped_release released;
  return work();
}

}  // namespace inkling::python
