#include "tests/model/property.hpp"

#include <charconv>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <random>
#include <sstream>

namespace holdfast::model {
namespace {

auto setting(const char* name) -> std::optional<std::uint64_t> {
  const char* text = std::getenv(name);
  std::uint64_t value = 0;
  if (text == nullptr || std::from_chars(text, text + std::strlen(text), value).ec != std::errc{}) {
    return {};
  }
  return value;
}

} // namespace

auto trial_size(const char* what, int sequences) -> rc::detail::TestParams {
  static const auto fresh = std::uint64_t{std::random_device{}()};
  rc::detail::TestParams size;
  size.seed = setting("HF_MODEL_SEED").value_or(fresh);
  size.maxSuccess = static_cast<int>(setting("HF_MODEL_SEQUENCES").value_or(static_cast<std::uint64_t>(sequences)));
  std::cerr << what << ": " << size.maxSuccess << " sequences; repeat with HF_MODEL_SEED=" << size.seed
            << " HF_MODEL_SEQUENCES=" << size.maxSuccess << "\n";
  return size;
}

auto verdict_of(const rc::detail::TestResult& result) -> verdict {
  verdict given;
  rc::detail::SuccessResult success{};
  rc::detail::FailureResult failure{};
  if (result.match(success)) {
    given.passed = success.numSuccess;
    return given;
  }
  given.passed = result.match(failure) ? failure.numSuccess : 0;
  std::ostringstream text;
  rc::detail::printResultMessage(result, text);
  given.failure = text.str();
  return given;
}

} // namespace holdfast::model
