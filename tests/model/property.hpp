#pragma once

#include <rapidcheck.h>

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

namespace holdfast::model {

/// How many sequences, and from which seed: HF_MODEL_SEQUENCES and HF_MODEL_SEED, or the default and a seed that differs from run
/// to run. Says on standard error how to repeat the run.
[[nodiscard]] auto trial_size(const char* what, int sequences) -> rc::detail::TestParams;

/// The failure that RapidCheck found and shrank, as text; nothing when all sequences passed. `tried` is how many passed before.
struct verdict {
  std::optional<std::string> failure;
  int passed = 0;
};
[[nodiscard]] auto verdict_of(const rc::detail::TestResult& result) -> verdict;

/// Hears nothing. With a listener of our own RapidCheck does not read a configuration of its own, whose seed would not be the one used.
class silence : public rc::detail::TestListener {
 public:
  void onTestCaseFinished(const rc::detail::CaseDescription&) override {}
  void onShrinkTried(const rc::detail::CaseDescription&, bool) override {}
  void onTestFinished(const rc::detail::TestMetadata&, const rc::detail::TestResult&) override {}
};

/// Checks a property of generated values: `right(value)` gives a complaint or nothing.
template <class Value, class Right>
auto check_all(const rc::detail::TestParams& size, const rc::Gen<Value>& values, Right right) -> verdict {
  const auto property = [&] {
    const auto value = *values;
    if (const auto wrong = right(value)) {
      RC_FAIL(*wrong);
    }
  };
  silence unheard;
  const std::unordered_map<std::string, rc::detail::Reproduce> reproduce_nothing;
  return verdict_of(rc::detail::checkTestable(property, rc::detail::TestMetadata{}, size, unheard, reproduce_nothing));
}

} // namespace holdfast::model
