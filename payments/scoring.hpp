#pragma once

#include "domain/risk.hpp"

#include <functional>
#include <string>
#include <string_view>

/// Whoever scores payments: a service of the operator's, which is asked over HTTP whether a payment may go on.
namespace holdfast::payments {

/// What became of a question.
struct scoring_outcome {
  domain::risk_verdict verdict = domain::risk_verdict::none; ///< none: it could not be had
  std::string reason; ///< the hook's own words, may be empty; without a verdict why there is none, such as "timed_out"
  friend auto operator==(const scoring_outcome&, const scoring_outcome&) -> bool = default;
};

/// Called once, on some thread of the scorer's or from within the call that it answers. It must return soon and must not throw.
using on_score = std::function<void(scoring_outcome&&)>;

/// The port. Thread-safe; nothing blocks; every question is answered exactly once, also when the scorer ends before.
class scorer {
 public:
  scorer() = default;
  scorer(const scorer&) = delete;
  auto operator=(const scorer&) -> scorer& = delete;
  virtual ~scorer() = default;

  /// `id`: the same in every repetition of the same question, visible ASCII. `question`: JSON.
  virtual void score(const std::string& id, std::string question, on_score done) = 0;
};

/// What an answer of the hook says: of status 200, a JSON object with `verdict` (allow, review or deny) and perhaps `reason`, a text; whatever else is in it
/// says nothing. Everything else has no verdict: "http_503", "unreadable". Pure.
[[nodiscard]] auto read_score(long status, std::string_view body) -> scoring_outcome;

} // namespace holdfast::payments
