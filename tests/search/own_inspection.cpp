#include "tests/search/own_inspection.hpp"

#include "projections/search/text_inspection.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

namespace holdfast::search_test {

auto own_inspection() -> projections::inspection_command {
  return {"/proc/self/exe", "--test-case=the inspection's process*", "--no-skip", "--no-version", "--no-intro"};
}

TEST_CASE("the inspection's process: looks through the index that it was started for" * doctest::skip()) {
  std::ifstream command{"/proc/self/cmdline"};
  std::vector<std::string> words;
  for (std::string word; std::getline(command, word, '\0');) {
    if (word.starts_with("-"))
      words.clear();
    else
      words.push_back(word);
  }
  if (words.size() < 2)
    return; // run by hand
  std::_Exit(projections::run_inspection(words));
}

} // namespace holdfast::search_test
