#include "tests/audit/planted.hpp"

#include <doctest/doctest.h>

#include <string>

namespace holdfast::testing {

namespace audit = journal::audit;

void check(const std::vector<planted>& cases, bool before_sealing, paper_journal (*sound)()) {
  for (const auto& [what, expected, stream, at, plant] : cases) {
    const std::string name{what};
    CAPTURE(name);
    auto paper = sound();
    if (before_sealing) {
      plant(paper);
      paper.seal();
    } else {
      paper.seal();
      plant(paper);
    }
    const auto found = audit::run_audit(paper).found.by_kind();
    REQUIRE(found.contains(expected));
    CHECK(found.at(expected).stream == stream);
    CHECK(found.at(expected).seq == at);
    CHECK_FALSE(found.at(expected).detail.empty());
  }
}

} // namespace holdfast::testing
