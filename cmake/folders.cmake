# How a folder becomes a target.

# What most files of every folder include anyway.
set(HF_STD_PCH <algorithm> <array> <atomic> <chrono> <cstdint> <functional> <map> <memory> <optional> <span> <string>
  <string_view> <tuple> <utility> <variant> <vector> <tl/expected.hpp>)

# Include paths, warnings and language level of code written here.
function(hf_target_defaults target)
  target_include_directories(${target} PUBLIC "${CMAKE_SOURCE_DIR}")
  target_link_libraries(${target} PRIVATE hf_warnings)
endfunction()

# hf_unite(<target>): the files of the target are compiled some at a time, as one: what they all include and instantiate is read once for
# all of them, and a build of everything takes two thirds. Their unnamed namespaces are one then, so that names there differ.
function(hf_unite target)
  if(HF_UNITY)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE BATCH UNITY_BUILD_BATCH_SIZE 8)
  endif()
endfunction()

# hf_existing_sources(<out> <file>…): those of the files that exist, so that a folder may grow into its target.
function(hf_existing_sources out)
  set(found "")
  foreach(source IN LISTS ARGN)
    if(EXISTS "${CMAKE_SOURCE_DIR}/${source}")
      list(APPEND found "${source}")
    endif()
  endforeach()
  set(${out} "${found}" PARENT_SCOPE)
endfunction()

# hf_add_library(<name> SOURCES <file>… LINK <public>… LINK_PRIVATE <private>… PCH <header>… UNITE)
# A static library, or a header-only one while it has no sources.
function(hf_add_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "UNITE" "" "SOURCES;LINK;LINK_PRIVATE;PCH")
  hf_existing_sources(sources ${arg_SOURCES})
  if(NOT sources)
    add_library(${name} INTERFACE)
    target_include_directories(${name} INTERFACE "${CMAKE_SOURCE_DIR}")
    target_link_libraries(${name} INTERFACE ${arg_LINK} ${arg_LINK_PRIVATE})
    return()
  endif()
  add_library(${name} STATIC ${sources})
  hf_target_defaults(${name})
  target_link_libraries(${name} PUBLIC ${arg_LINK} PRIVATE ${arg_LINK_PRIVATE})
  if(HF_PCH AND arg_PCH)
    target_precompile_headers(${name} PRIVATE ${arg_PCH})
  endif()
  if(arg_UNITE)
    hf_unite(${name})
  endif()
endfunction()

# hf_add_folder(<name> <folder> EXCLUDE <file>… LINK … LINK_PRIVATE … PCH <header>… | NO_PCH; UNITE): every .cpp below the folder.
function(hf_add_folder name folder)
  cmake_parse_arguments(PARSE_ARGV 2 arg "NO_PCH;UNITE" "" "EXCLUDE;LINK;LINK_PRIVATE;PCH")
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS RELATIVE "${CMAKE_SOURCE_DIR}" "${CMAKE_SOURCE_DIR}/${folder}/*.cpp")
  if(arg_EXCLUDE)
    list(REMOVE_ITEM sources ${arg_EXCLUDE})
  endif()
  set(pch ${HF_STD_PCH})
  if(arg_PCH)
    set(pch ${arg_PCH})
  endif()
  if(arg_NO_PCH)
    set(pch "")
  endif()
  set(unite "")
  if(arg_UNITE)
    set(unite UNITE)
  endif()
  hf_add_library(${name} SOURCES ${sources} LINK ${arg_LINK} LINK_PRIVATE ${arg_LINK_PRIVATE} PCH ${pch} ${unite})
endfunction()

# hf_add_facts(<name> <file.proto>…): generated code, included as "journal/facts.pb.h".
function(hf_add_facts name)
  hf_existing_sources(protos ${ARGN})
  if(NOT protos)
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE protobuf::libprotobuf)
    return()
  endif()
  set(out "${CMAKE_BINARY_DIR}/generated")
  set(generated "")
  foreach(proto IN LISTS protos)
    string(REGEX REPLACE "\\.proto$" ".pb" stem "${proto}")
    get_filename_component(folder "${out}/${stem}" DIRECTORY)
    file(MAKE_DIRECTORY "${folder}")
    add_custom_command(
      OUTPUT "${out}/${stem}.cc" "${out}/${stem}.h"
      COMMAND protobuf::protoc "--proto_path=${CMAKE_SOURCE_DIR}" "--cpp_out=${out}" "${proto}"
      DEPENDS "${CMAKE_SOURCE_DIR}/${proto}"
      WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}"
      COMMENT "Generating ${stem}.h"
      VERBATIM)
    list(APPEND generated "${out}/${stem}.cc" "${out}/${stem}.h")
  endforeach()
  add_library(${name} STATIC ${generated})
  # SYSTEM: the generated headers are not held to our warnings.
  target_include_directories(${name} SYSTEM PUBLIC "${out}")
  target_link_libraries(${name} PUBLIC protobuf::libprotobuf)
  target_compile_options(${name} PRIVATE -w)
endfunction()
