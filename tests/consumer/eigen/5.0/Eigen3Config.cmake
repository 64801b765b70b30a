# Says that it is Eigen 5.0.
add_library(Eigen3::Eigen INTERFACE IMPORTED)
