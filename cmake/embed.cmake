# Texts that are part of the program, so that it needs no files beside it.
#
# hf_embed(<target> <file> <function>): compiles the file's text into the target as
#   namespace holdfast::embedded { auto <function>() noexcept -> std::string_view; }
# Run as a script (-P) it writes that source.

if(CMAKE_SCRIPT_MODE_FILE)
  file(READ "${INPUT}" text)
  file(WRITE "${OUTPUT}" "// Made from a text file by cmake/embed.cmake.
#include <string_view>

namespace holdfast::embedded {

auto ${FUNCTION}() noexcept -> std::string_view;

auto ${FUNCTION}() noexcept -> std::string_view {
  return R\"hf_embed(${text})hf_embed\";
}

} // namespace holdfast::embedded
")
  return()
endif()

set(HF_EMBED_SCRIPT "${CMAKE_CURRENT_LIST_FILE}")

function(hf_embed target file function)
  if(NOT EXISTS "${CMAKE_SOURCE_DIR}/${file}")
    return()
  endif()
  set(source "${CMAKE_BINARY_DIR}/generated/embedded/${function}.cpp")
  add_custom_command(
    OUTPUT "${source}"
    COMMAND "${CMAKE_COMMAND}" "-DINPUT=${CMAKE_SOURCE_DIR}/${file}" "-DOUTPUT=${source}" "-DFUNCTION=${function}"
            -P "${HF_EMBED_SCRIPT}"
    DEPENDS "${CMAKE_SOURCE_DIR}/${file}" "${HF_EMBED_SCRIPT}"
    COMMENT "Embedding ${file}"
    VERBATIM)
  target_sources(${target} PRIVATE "${source}")
  set_source_files_properties("${source}" PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
endfunction()
