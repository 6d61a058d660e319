#pragma once

#include "payments/gateway.hpp"
#include "payments/stripe/answers.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace holdfast::payments::stripe {

/// A request as it goes over HTTP; every attempt sends the same.
struct http_request {
  std::string path;                ///< with its query
  std::optional<std::string> body; ///< a form to POST; nothing: GET
  std::string key;                 ///< the idempotency key; empty with GET
};

/// One call on its way from the caller to its outcome. Belongs to the client's thread once it is submitted.
class call {
 public:
  using clock = std::chrono::steady_clock;
  /// What an answer came to, as far as it matters for what follows.
  enum class verdict : std::uint8_t { final, limited, uncertain };

  explicit call(http_request what) : what_{std::move(what)} {}
  call(const call&) = delete;
  auto operator=(const call&) -> call& = delete;
  virtual ~call() = default;

  [[nodiscard]] auto what() const noexcept -> const http_request& { return what_; }

  /// Reads an answer; a final one is the outcome.
  [[nodiscard]] virtual auto read(const http_answer& answer) -> verdict = 0;
  /// Settles the outcome, and counts it: what `read` found, or else what is known of the attempts.
  virtual void finish(gateway_status& counts) = 0;
  /// Gives it to the caller. Once, after `finish`.
  virtual void deliver() = 0;

  /// Nothing came of this attempt, and nothing can have.
  void note(refused why) { refused_ = std::move(why); }
  /// This attempt may have taken effect.
  void note(unknown why) { unknown_ = std::move(why); }
  [[nodiscard]] auto is_uncertain() const noexcept -> bool { return unknown_.has_value(); }
  [[nodiscard]] auto is_kept() const noexcept -> bool { return unknown_ && unknown_->kept; }

  clock::time_point deadline;
  std::uint32_t attempts = 0;

 protected:
  [[nodiscard]] auto last_refused() const -> const std::optional<refused>& { return refused_; }
  [[nodiscard]] auto last_unknown() const -> const std::optional<unknown>& { return unknown_; }

 private:
  http_request what_;
  std::optional<refused> refused_;
  std::optional<unknown> unknown_;
};

template <class Value>
class typed_call final : public call {
 public:
  using reader = std::function<outcome<Value>(const http_answer&)>;

  typed_call(http_request what, reader read_answer, on_outcome<Value> done)
      : call{std::move(what)}, read_answer_{std::move(read_answer)}, done_{std::move(done)} {}

  /// A call that is answered without a request.
  typed_call(rejected at_once, on_outcome<Value> done) : call{http_request{}}, done_{std::move(done)} {
    outcome_.emplace(std::in_place_type<rejected>, std::move(at_once));
  }

  auto read(const http_answer& answer) -> verdict override {
    auto found = read_answer_(answer);
    if (auto* limit = std::get_if<refused>(&found)) {
      note(std::move(*limit));
      return verdict::limited;
    }
    if (auto* open = std::get_if<unknown>(&found)) {
      note(std::move(*open));
      return verdict::uncertain;
    }
    // Who may not ask was not told what became of the attempts before.
    const auto* no = std::get_if<rejected>(&found);
    if (no != nullptr && no->reason == rejected::why::unauthorised && is_uncertain()) {
      return verdict::final;
    }
    outcome_ = std::move(found);
    return verdict::final;
  }

  void finish(gateway_status& counts) override {
    auto final = outcome_ ? std::move(*outcome_) : what_is_known();
    counts.declined += std::holds_alternative<declined>(final) ? 1U : 0U;
    counts.refused += std::holds_alternative<refused>(final) ? 1U : 0U;
    counts.rejected += std::holds_alternative<rejected>(final) ? 1U : 0U;
    counts.unknown += std::holds_alternative<unknown>(final) ? 1U : 0U;
    outcome_ = std::move(final);
  }

  void deliver() override {
    const auto done = std::exchange(done_, {});
    done(std::move(*outcome_));
  }

 private:
  [[nodiscard]] auto what_is_known() const -> outcome<Value> {
    if (last_unknown()) {
      return *last_unknown();
    }
    return last_refused() ? *last_refused() : refused{refused::why::stopping, {}, "this server is about to end"};
  }

  reader read_answer_;
  on_outcome<Value> done_;
  std::optional<outcome<Value>> outcome_;
};

} // namespace holdfast::payments::stripe
