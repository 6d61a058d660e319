#include "payments/scoring.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>

namespace holdfast::payments {

auto read_score(long status, std::string_view body) -> scoring_outcome {
  constexpr long ok = 200;
  if (status != ok) {
    return {domain::risk_verdict::none, "http_" + std::to_string(status)};
  }
  // Of two verdicts nobody knows which is meant.
  std::size_t verdicts = 0;
  const auto count = [&verdicts](int depth, nlohmann::json::parse_event_t event, const nlohmann::json& what) {
    verdicts += depth == 1 && event == nlohmann::json::parse_event_t::key && what == "verdict" ? 1U : 0U;
    return true;
  };
  const auto said = nlohmann::json::parse(body, count, false);
  scoring_outcome unreadable{domain::risk_verdict::none, "unreadable"};
  if (!said.is_object() || verdicts != 1) {
    return unreadable;
  }
  const auto verdict = said.find("verdict");
  const auto reason = said.find("reason");
  if (verdict == said.end() || !verdict->is_string() || (reason != said.end() && !reason->is_string())) {
    return unreadable;
  }
  const auto known = domain::risk_verdict_of(verdict->get_ref<const std::string&>());
  if (known == domain::risk_verdict::none) {
    return unreadable;
  }
  return {known, reason == said.end() ? std::string{} : reason->get<std::string>()};
}

} // namespace holdfast::payments
