// The one main() of every test program.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#ifdef __SANITIZE_THREAD__
// Debian's RocksDB is not instrumented: the atomics that order its memtables are invisible, and its memcpy alone is seen.
extern "C" auto __tsan_default_suppressions() -> const char* {
  return "race:librocksdb.so\n";
}
#endif
