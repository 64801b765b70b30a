# inkling::form: runs of forms (inkling/form/run/run.hpp), by SQLite, and barcodes (inkling/form/barcode/), by ZXing where it
# is installed. A target of its own, so that the library itself needs neither: templates, rules and reading do without.
# Used by this project, in other projects, and by find_package(inkling COMPONENTS form). Where SQLite is missing there is
# no such target, and inkling_form_missing says why; without ZXing there is no target ZXing::ZXing.

set(inkling_form_missing "")
find_package(SQLite3 QUIET)
find_package(ZXing QUIET)
if(NOT SQLite3_FOUND)
  set(inkling_form_missing "SQLite was not found (Debian: libsqlite3-dev)")
else()
  add_library(inkling::form INTERFACE IMPORTED GLOBAL)
  target_link_libraries(inkling::form INTERFACE inkling::inkling SQLite::SQLite3)
  set_target_properties(SQLite::SQLite3 PROPERTIES IMPORTED_GLOBAL TRUE)
  if(TARGET ZXing::ZXing)
    target_link_libraries(inkling::form INTERFACE ZXing::ZXing)
    target_compile_definitions(inkling::form INTERFACE INKLING_ZXING)
    set_target_properties(ZXing::ZXing PROPERTIES IMPORTED_GLOBAL TRUE)
  endif()
endif()
