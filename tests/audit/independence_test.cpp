#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>

TEST_CASE("the auditor shares no code with what writes and folds the journal") {
  const auto folder = std::filesystem::path{HF_SOURCE_DIR} / "journal/audit";
  std::size_t includes = 0;
  for (const auto& file : std::filesystem::directory_iterator{folder}) {
    std::ifstream in{file.path()};
    for (std::string line; std::getline(in, line);) {
      if (!line.starts_with("#include \"")) {
        continue;
      }
      ++includes;
      CAPTURE(file.path());
      CAPTURE(line);
      CHECK((line.starts_with("#include \"journal/audit/") || line == "#include \"domain/check.hpp\""));
    }
  }
  CHECK(includes > 10);
}
