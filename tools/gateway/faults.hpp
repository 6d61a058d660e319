#pragma once

#include "tools/gateway/books.hpp"

#include <nlohmann/json.hpp>
#include <tl/expected.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::gateway {

/// A distribution of times. Draws are in whole milliseconds.
struct delay {
  enum class shape : std::uint8_t { fixed, uniform, exponential };
  shape how = shape::fixed;
  double a = 0; ///< ms: the time · the least · the mean
  double b = 0; ///< ms: the most (uniform), the longest (exponential)
  [[nodiscard]] auto draw(std::mt19937_64& from) const -> std::chrono::milliseconds;
};

/// One rule of a script: which requests it is for, how often it strikes, and what it does.
struct fault_rule {
  enum class act : std::uint8_t {
    wait,           ///< `delay` before the effect
    wait_after,     ///< `delay` between the effect and the answer
    decline,        ///< authorisations, with `text` as the decline code
    drop_request,   ///< the connection ends before the effect
    drop_response,  ///< the connection ends after the effect
    fail_before,    ///< `status` without an effect; nothing is kept under the key
    fail_after,     ///< `status` after the effect; the key keeps the answer, or with `kept` this failure
    twice,          ///< the answer comes twice
    wrong_amount,   ///< `number` more: a payment is made so; elsewhere the answer says so
    wrong_currency, ///< `text`, in the same way
    garbage,        ///< 200 and no JSON, after the effect
    truncate,       ///< half of the answer, after the effect
    limit           ///< 429 with `Retry-After: number`
  };
  std::string name;
  std::string on = "any";  ///< a kind of call, see kind_of
  std::string order;       ///< only for payments and refunds whose metadata has this value under any name; empty: all
  std::uint64_t first = 1; ///< strikes from the n-th request that it is for
  std::uint64_t every = 1; ///< and then at each so-many-th
  std::uint64_t times = 0; ///< at most so often; 0: always
  double probability = 1.0;
  act what = act::wait;
  delay how_long;
  std::string text;
  std::int64_t number = 0;
  unsigned status = 500;
  bool kept = false;
};

/// What a script does to notifications.
struct webhook_faults {
  std::uint32_t copies = 1;       ///< each is sent so often
  std::uint32_t shuffled = 1;     ///< as many are held together and sent in any order; 1: in order
  std::uint32_t forged = 0;       ///< so many forgeries beside each
  std::uint32_t lost_percent = 0; ///< an attempt does not happen, and is made up for later
  delay wait;
};

/// A time in which the gateway is away: connections end without an answer.
struct outage {
  std::chrono::milliseconds after{0}; ///< the script's start
  std::chrono::milliseconds lasts{0};
};

struct fault_script {
  std::uint64_t seed = 1;
  std::vector<outage> outages;
  std::vector<fault_rule> rules;
  webhook_faults webhooks;
};

/// Reads a script; every fault with its place, for people.
[[nodiscard]] auto read_faults(const nlohmann::json& from) -> tl::expected<fault_script, std::string>;

/// What is to happen to one request.
struct strike {
  books::faults effect;
  std::chrono::milliseconds wait_before{0};
  std::chrono::milliseconds wait_after{0};
  bool drop_request = false;
  bool drop_response = false;
  bool twice = false;
  bool garbage = false;
  bool truncate = false;
  unsigned fail_before = 0;
  unsigned fail_after = 0; ///< instead of the answer
  std::optional<std::int64_t> limit_s;
  std::int64_t amount_off = 0; ///< of the answer
  std::string currency;        ///< of the answer
};

/// Decides what happens to each request: the same script and the same sequence of requests give the same strikes. One thread at a time.
class fault_plan {
 public:
  explicit fault_plan(fault_script script);

  /// `order`: values of the metadata of what the request is about.
  [[nodiscard]] auto next(const std::string& kind, const std::vector<std::string>& orders) -> strike;
  /// How often each rule was asked and struck: `{"name": {"asked": 3, "struck": 1}}`.
  [[nodiscard]] auto counts() const -> nlohmann::json;
  [[nodiscard]] auto webhooks() const noexcept -> const webhook_faults& { return script_.webhooks; }
  [[nodiscard]] auto outages() const noexcept -> const std::vector<outage>& { return script_.outages; }

 private:
  struct state {
    std::mt19937_64 dice;
    std::uint64_t asked = 0;
    std::uint64_t struck = 0;
  };

  [[nodiscard]] static auto strikes(const fault_rule& rule, state& now) -> bool;

  fault_script script_;
  std::vector<state> states_;
};

} // namespace holdfast::gateway
