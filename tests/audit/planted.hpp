#pragma once

#include "journal/audit/auditor.hpp"
#include "tests/audit/paper_journal.hpp"
#include "tests/audit/selling_day.hpp"

#include <cstdint>
#include <vector>

/// Faults planted into a sound journal, for the auditor to find.
namespace holdfast::testing {

using kind = journal::audit::violation_kind;

struct planted {
  const char* what;
  kind expected;
  paper_journal::stream stream;
  std::uint64_t seq;
  void (*plant)(paper_journal&);
};

template <class Fact>
[[nodiscard]] auto body(paper_journal& paper, std::uint64_t at) -> Fact& {
  return paper.fact<Fact>(day::events, at);
}

[[nodiscard]] inline auto hold(paper_journal& paper, std::uint64_t at) -> domain::hold_created& {
  return body<domain::hold_created>(paper, at);
}

/// Plants each fault into a journal of its own, before its facts become records or after, and looks for what is expected of it.
void check(const std::vector<planted>& cases, bool before_sealing, paper_journal (*sound)() = day::facts);

} // namespace holdfast::testing
