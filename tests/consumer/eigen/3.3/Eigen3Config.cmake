# Says that it is Eigen 3.3.
add_library(Eigen3::Eigen INTERFACE IMPORTED)
