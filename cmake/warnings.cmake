# Warnings for code written here. Generated code and system headers are not held to them.
add_library(hf_warnings INTERFACE)
target_compile_options(hf_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual
  -Wcast-align -Wformat=2 -Wimplicit-fallthrough -Wduplicated-cond -Wlogical-op -Werror)
if(HF_SANITIZE)
  # GCC 12 loses track of object sizes in instrumented code and warns about correct standard library calls.
  target_compile_options(hf_warnings INTERFACE -Wno-error=maybe-uninitialized -Wno-error=array-bounds
    -Wno-error=stringop-overflow -Wno-error=restrict)
endif()
