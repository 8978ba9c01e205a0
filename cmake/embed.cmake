# SPDX-License-Identifier: EUPL-1.2
# One table of files in the binary (src/base/embedded.hpp): tools/embed.py writes an assembler file
# of .incbin lines, so that large files cost no compile time.
set(generated ${CMAKE_BINARY_DIR}/generated)
file(MAKE_DIRECTORY ${generated}/po)

# po/<slice>.<language>.po: the messages of one slice; all slices together make one catalogue.
set(mo_files)
foreach(language fr en)
  file(GLOB po_files CONFIGURE_DEPENDS po/*.${language}.po)
  if(po_files)
    set(mo ${generated}/po/${language}.mo)
    add_custom_command(OUTPUT ${mo} DEPENDS ${po_files}
      COMMAND ${MSGCAT} --use-first -o ${generated}/po/${language}.all ${po_files}
      COMMAND ${MSGFMT} -o ${mo} ${generated}/po/${language}.all)
    list(APPEND mo_files ${mo})
  endif()
endforeach()

# web/build.mjs makes the static files (design system parts, hashed names, gzip, brotli).
file(GLOB_RECURSE web_sources CONFIGURE_DEPENDS web/* src/*/templates/*.html)
set(web_stamp ${generated}/web/manifest.json)
if(EXISTS ${CMAKE_SOURCE_DIR}/web/build.mjs)
  add_custom_command(OUTPUT ${web_stamp} DEPENDS ${web_sources} ${CMAKE_SOURCE_DIR}/package-lock.json
    COMMAND ${NODE} ${CMAKE_SOURCE_DIR}/web/build.mjs ${generated}/web)
else()
  set(web_stamp)
endif()

file(GLOB embedded_sources CONFIGURE_DEPENDS src/*/templates/*.html src/*/migrations/*.sql
  data/reference/* data/reference/frameworks/* data/demo/* content/items/*/*.toml)
list(REMOVE_ITEM embedded_sources ${CMAKE_SOURCE_DIR}/data/reference/frameworks)
add_custom_command(
  OUTPUT ${generated}/embedded.S ${generated}/embedded.cpp
  DEPENDS tools/embed.py ${embedded_sources} ${mo_files} ${web_stamp}
  COMMAND Python3::Interpreter ${CMAKE_SOURCE_DIR}/tools/embed.py ${CMAKE_SOURCE_DIR} ${generated})
add_library(embedded STATIC ${generated}/embedded.S ${generated}/embedded.cpp)
set_source_files_properties(${generated}/embedded.S PROPERTIES OBJECT_DEPENDS "${embedded_sources}")
