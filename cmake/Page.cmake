# The page, server/web, as the server and a static folder have it.

# The files of the package of bindings/wasm that a page needs.
set(inkling_reader_files index.mjs inkling_wasm.mjs inkling.wasm)

# inkling_page_files(VARIABLE): the files of the page, without the documentation of the API, relative to server/web.
function(inkling_page_files variable)
  set(folder ${PROJECT_SOURCE_DIR}/server/web)
  file(GLOB files CONFIGURE_DEPENDS RELATIVE ${folder} ${folder}/*.html ${folder}/*.css ${folder}/*.js ${folder}/*.svg)
  set(${variable} ${files} PARENT_SCOPE)
endfunction()

# inkling_write_device_json(FILE SERVER true|false READER true|false [FORMS TEMPLATE...])
# What server/web/place.js asks for. FORMS: files form.json; their addresses are forms/NAME/form.json.
function(inkling_write_device_json file)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "SERVER;READER" "FORMS")
  inkling_page_files(files)
  list(REMOVE_ITEM files offline.js)  # the browser keeps the service worker itself
  list(TRANSFORM files REPLACE "^index\\.html$" "./")
  list(APPEND files device.json)
  if(arg_READER)
    list(TRANSFORM inkling_reader_files PREPEND reader/ OUTPUT_VARIABLE reader_files)
    list(APPEND files ${reader_files})
  endif()
  set(forms "")
  foreach(form IN LISTS arg_FORMS)
    inkling_page_form(${form} name edition picture)
    set(entry "{\"name\": \"${name}\", \"edition\": \"${edition}\", \"template\": \"forms/${name}/form.json\"")
    list(APPEND files forms/${name}/form.json)
    if(picture)
      string(APPEND entry ", \"picture\": \"forms/${name}/${picture}\"")
      list(APPEND files forms/${name}/${picture})
    endif()
    list(APPEND forms "${entry}}")
  endforeach()
  list(JOIN forms ", " forms)
  list(JOIN files "\", \"" files)
  file(CONFIGURE OUTPUT ${file} @ONLY CONTENT
    "{\"server\": @arg_SERVER@, \"reader\": @arg_READER@, \"forms\": [@forms@],\n \"files\": [\"@files@\"]}\n")
endfunction()

# inkling_page_form(TEMPLATE NAME EDITION PICTURE): what a form.json says; an empty picture when there is none.
function(inkling_page_form template name edition picture)
  file(READ ${template} json)
  string(JSON the_name GET "${json}" name)
  string(JSON the_edition ERROR_VARIABLE absent GET "${json}" edition)
  string(JSON the_picture ERROR_VARIABLE no_print GET "${json}" page print)
  if(no_print)
    string(JSON the_picture ERROR_VARIABLE no_picture GET "${json}" page image)
  endif()
  foreach(part name edition picture)
    if(the_${part} MATCHES "-NOTFOUND$")
      set(the_${part} "")
    endif()
    set(${${part}} "${the_${part}}" PARENT_SCOPE)
  endforeach()
endfunction()
