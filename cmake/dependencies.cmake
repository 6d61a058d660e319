# Everything that is not ours, as imported targets. Versions are Debian 12's.
find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(CURL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(PNG REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(Protobuf 3.21 REQUIRED)
find_package(PostgreSQL REQUIRED)
find_package(CAF 0.17.6 REQUIRED)
find_package(RocksDBShared 7.8 REQUIRED)
find_package(spdlog REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(Boost 1.81 REQUIRED CONFIG COMPONENTS headers)

# tl::expected is one header; a target without its package's include order keeps domain/ free of everything else.
find_path(HF_EXPECTED_INCLUDE_DIR NAMES tl/expected.hpp REQUIRED)
add_library(hf_expected INTERFACE)
target_include_directories(hf_expected SYSTEM INTERFACE "${HF_EXPECTED_INCLUDE_DIR}")

# Asio and Beast with their bodies in one file (http/asio_impl.cpp); everyone who includes them needs the same definitions.
add_library(hf_boost INTERFACE)
target_link_libraries(hf_boost INTERFACE Boost::headers)
target_compile_definitions(hf_boost INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED
  BOOST_ASIO_DISABLE_BOOST_COROUTINE BOOST_ALL_NO_LIB)
if(HF_SANITIZE STREQUAL "thread")
  # ThreadSanitizer does not understand fences (GCC says so, as an error); Asio's locks order everything that they order.
  target_compile_definitions(hf_boost INTERFACE BOOST_ASIO_DISABLE_FENCED_BLOCK)
endif()

# Only the registry and the text format; the server answers /metrics itself.
find_path(HF_PROMETHEUS_INCLUDE_DIR NAMES prometheus/registry.h REQUIRED)
find_library(HF_PROMETHEUS_LIBRARY NAMES prometheus-cpp-core REQUIRED)
add_library(hf_prometheus INTERFACE)
target_include_directories(hf_prometheus SYSTEM INTERFACE "${HF_PROMETHEUS_INCLUDE_DIR}")
target_link_libraries(hf_prometheus INTERFACE "${HF_PROMETHEUS_LIBRARY}" ZLIB::ZLIB)

# Bodies are compressed once and sent many times.
find_path(HF_BROTLI_INCLUDE_DIR NAMES brotli/encode.h REQUIRED)
find_library(HF_BROTLI_ENCODER NAMES brotlienc REQUIRED)
find_library(HF_BROTLI_DECODER NAMES brotlidec REQUIRED)
add_library(hf_brotli INTERFACE)
target_include_directories(hf_brotli SYSTEM INTERFACE "${HF_BROTLI_INCLUDE_DIR}")
target_link_libraries(hf_brotli INTERFACE "${HF_BROTLI_ENCODER}")
add_library(hf_brotli_decoder INTERFACE) # tests only
target_link_libraries(hf_brotli_decoder INTERFACE hf_brotli "${HF_BROTLI_DECODER}")

find_path(HF_XAPIAN_INCLUDE_DIR NAMES xapian.h REQUIRED)
find_library(HF_XAPIAN_LIBRARY NAMES xapian REQUIRED)
add_library(hf_xapian INTERFACE)
target_include_directories(hf_xapian SYSTEM INTERFACE "${HF_XAPIAN_INCLUDE_DIR}")
target_link_libraries(hf_xapian INTERFACE "${HF_XAPIAN_LIBRARY}")

# Descriptions are Markdown.
find_path(HF_CMARK_INCLUDE_DIR NAMES cmark.h REQUIRED)
find_library(HF_CMARK_LIBRARY NAMES cmark REQUIRED)
add_library(hf_cmark INTERFACE)
target_include_directories(hf_cmark SYSTEM INTERFACE "${HF_CMARK_INCLUDE_DIR}")
target_link_libraries(hf_cmark INTERFACE "${HF_CMARK_LIBRARY}")

# Tickets: QR codes, and text on paper (GLib, which Pango stands on, knows time zones).
find_path(HF_QRENCODE_INCLUDE_DIR NAMES qrencode.h REQUIRED)
find_library(HF_QRENCODE_LIBRARY NAMES qrencode REQUIRED)
add_library(hf_qrencode INTERFACE)
target_include_directories(hf_qrencode SYSTEM INTERFACE "${HF_QRENCODE_INCLUDE_DIR}")
target_link_libraries(hf_qrencode INTERFACE "${HF_QRENCODE_LIBRARY}")
pkg_check_modules(HF_PANGO REQUIRED IMPORTED_TARGET pangocairo cairo-pdf glib-2.0)
add_library(hf_paper INTERFACE)
target_link_libraries(hf_paper INTERFACE PkgConfig::HF_PANGO)

find_path(HF_HIREDIS_INCLUDE_DIR NAMES hiredis/hiredis.h REQUIRED)
find_library(HF_HIREDIS_LIBRARY NAMES hiredis REQUIRED)
add_library(hf_hiredis INTERFACE)
target_include_directories(hf_hiredis SYSTEM INTERFACE "${HF_HIREDIS_INCLUDE_DIR}")
target_link_libraries(hf_hiredis INTERFACE "${HF_HIREDIS_LIBRARY}")

# The programs' allocator: what one thread allocates another frees here (requests, facts, answers), where glibc's arenas contend.
# Sanitizers bring their own.
if(NOT HF_SANITIZE)
  find_library(HF_JEMALLOC NAMES jemalloc REQUIRED)
  add_library(hf_allocator INTERFACE)
  target_link_options(hf_allocator INTERFACE "LINKER:--no-as-needed,${HF_JEMALLOC},--as-needed")
else()
  add_library(hf_allocator INTERFACE)
endif()
