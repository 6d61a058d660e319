# Warnings for code written here. Generated code and system headers are not held to them.
add_library(hf_warnings INTERFACE)
target_compile_options(hf_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual
  -Wcast-align -Wformat=2 -Wimplicit-fallthrough -Wduplicated-cond -Wlogical-op -Werror
  # Where files are compiled as one, names of one's unnamed namespace are neither shadowed in the next nor parts of a header.
  $<IF:$<BOOL:$<TARGET_PROPERTY:UNITY_BUILD>>,-Wshadow=local,-Wshadow>
  $<$<BOOL:$<TARGET_PROPERTY:UNITY_BUILD>>:-Wno-subobject-linkage>)
if(HF_SANITIZE)
  # GCC 12 loses track of object sizes in instrumented code and warns about correct standard library calls.
  target_compile_options(hf_warnings INTERFACE -Wno-error=maybe-uninitialized -Wno-error=array-bounds
    -Wno-error=stringop-overflow -Wno-error=restrict)
endif()
