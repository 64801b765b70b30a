# Runs Doxygen with docs/Doxyfile into another folder: cmake -D DOXYGEN=… -D SOURCE=… -D OUTPUT=… -P reference.cmake
file(MAKE_DIRECTORY ${OUTPUT})
file(READ ${SOURCE}/docs/Doxyfile settings)
file(WRITE ${OUTPUT}/Doxyfile "${settings}\nOUTPUT_DIRECTORY = ${OUTPUT}\n")
execute_process(COMMAND ${DOXYGEN} ${OUTPUT}/Doxyfile WORKING_DIRECTORY ${SOURCE} COMMAND_ERROR_IS_FATAL ANY)
if(NOT EXISTS ${OUTPUT}/html/index.html)
  message(FATAL_ERROR "expected Doxygen to write ${OUTPUT}/html/index.html")
endif()
