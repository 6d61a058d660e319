# Flags that hold for every file, ours or generated.

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()

# NDEBUG is never set: assertions stay on in every build, the release included.
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g")
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O1 -g")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1")

# The build of the crash test; journal/failpoint.hpp has the names.
option(HOLDFAST_FAILPOINTS "Named places where HOLDFAST_FAILPOINT=name kills the process; never in a release" OFF)
if(HOLDFAST_FAILPOINTS)
  add_compile_definitions(HOLDFAST_FAILPOINTS)
endif()

# Diagnostics and assertions name files from the repository's root, so that builds in two places give the same bytes.
add_compile_options("-ffile-prefix-map=${CMAKE_SOURCE_DIR}/=" "-fno-omit-frame-pointer")

if(HF_HARDENING)
  include(CheckPIESupported)
  check_pie_supported()
  add_compile_options(-fstack-protector-strong -fstack-clash-protection -fcf-protection -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
  add_compile_definitions(_GLIBCXX_ASSERTIONS)
  add_link_options(-Wl,-z,relro,-z,now -Wl,-z,noexecstack)
endif()

if(HF_SANITIZE)
  # Line tables are all that a report of a sanitizer needs; full debug information is a third of what such a build costs.
  set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O1 -g1")
endif()
if(HF_SANITIZE STREQUAL "address")
  # vptr and null need type information and code of libraries that Debian builds without sanitizers
  # (CAF's spawn binds a null reference in a header), and would report those instead of us.
  # alignment and object-size are a third of what such a build costs. x86-64 reads what is not aligned, and AddressSanitizer finds what leaves its
  # allocation; what these two would say besides is not looked for.
  add_compile_options(-fsanitize=address,undefined -fno-sanitize=vptr,null,alignment,object-size -fno-sanitize-recover=all)
  add_link_options(-fsanitize=address,undefined)
elseif(HF_SANITIZE STREQUAL "thread")
  add_compile_options(-fsanitize=thread)
  add_link_options(-fsanitize=thread)
elseif(NOT HF_SANITIZE STREQUAL "")
  message(FATAL_ERROR "HF_SANITIZE is '${HF_SANITIZE}'; it may be empty, 'address' or 'thread'")
endif()

if(HF_COVERAGE)
  # domain/check.hpp leaves out the arm of HF_CHECK that only a dying process takes.
  add_compile_definitions(HF_COVERAGE)
  add_compile_options(--coverage -fprofile-update=atomic)
  add_link_options(--coverage)
endif()

find_program(HF_CCACHE ccache)
if(HF_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # The sloppiness is what ccache asks for before it caches anything that uses a precompiled header.
  set(CMAKE_CXX_COMPILER_LAUNCHER
    "${CMAKE_COMMAND};-E;env;CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime;${HF_CCACHE}")
  if(HF_PCH)
    add_compile_options(-fpch-preprocess)
  endif()
endif()

find_program(HF_MOLD mold)
if(HF_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

# Many test programs link the same big libraries; two links at a time fit two cores and small memories.
set_property(GLOBAL PROPERTY JOB_POOLS link=2)
set(CMAKE_JOB_POOL_LINK link)
