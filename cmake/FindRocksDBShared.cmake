# Finds RocksDB's shared library. Its own package file names the static one, which drags every compressor in.
# Defines RocksDB::shared, RocksDBShared_VERSION.
find_path(RocksDBShared_INCLUDE_DIR NAMES rocksdb/db.h)
find_library(RocksDBShared_LIBRARY NAMES librocksdb.so rocksdb)

if(RocksDBShared_INCLUDE_DIR)
  file(STRINGS "${RocksDBShared_INCLUDE_DIR}/rocksdb/version.h" _rocksdb_lines REGEX "#define ROCKSDB_(MAJOR|MINOR|PATCH) +[0-9]+")
  string(REGEX MATCHALL "[0-9]+" _rocksdb_numbers "${_rocksdb_lines}")
  list(JOIN _rocksdb_numbers "." RocksDBShared_VERSION)
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(RocksDBShared REQUIRED_VARS RocksDBShared_LIBRARY RocksDBShared_INCLUDE_DIR
  VERSION_VAR RocksDBShared_VERSION)

if(RocksDBShared_FOUND AND NOT TARGET RocksDB::shared)
  add_library(RocksDB::shared SHARED IMPORTED)
  set_target_properties(RocksDB::shared PROPERTIES
    IMPORTED_LOCATION "${RocksDBShared_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${RocksDBShared_INCLUDE_DIR}")
endif()
mark_as_advanced(RocksDBShared_INCLUDE_DIR RocksDBShared_LIBRARY)
