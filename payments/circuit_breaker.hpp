#pragma once

#include "payments/gateway.hpp"

#include <tl/expected.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace holdfast::payments {

/// When a gateway is left alone. Plain values.
struct breaker_settings {
  std::chrono::milliseconds window{10'000}; ///< failures are counted over this time; ≥ 10 ms
  std::uint32_t failures_min = 5;           ///< fewer never open the circuit; ≥ 1
  std::uint32_t failures_percent = 50;      ///< of the calls in the window; 1 to 100
  std::chrono::milliseconds open_first{
      1'000}; ///< how long it stays open the first time; doubles with every probe that fails
  std::chrono::milliseconds open_max{30'000};
  std::uint32_t probes_max =
      1; ///< calls at once that try whether the gateway is back; as many must succeed to close the circuit
};

/// Keeps calls from a gateway that fails: closed (calls pass and are counted), open (none passes), half open (a few probes pass; their
/// success closes the circuit, a failure opens it for longer). Pure: time comes in, and never goes back. One thread at a time.
class circuit_breaker {
 public:
  using clock = std::chrono::steady_clock;

  /// To call once. It belongs to the state that gave it: what a call came to that was let through before the circuit last changed says
  /// nothing about the state now, and is not counted.
  struct permit {
    std::uint64_t generation = 0;
  };

  explicit circuit_breaker(const breaker_settings& settings) noexcept;

  /// Leave to call, or how long it will at least take until there may be.
  [[nodiscard]] auto ask(clock::time_point now) -> tl::expected<permit, std::chrono::milliseconds>;
  /// The gateway answered as a gateway does; a decline is such an answer.
  void succeeded(permit with, clock::time_point now);
  /// No answer, or none that makes sense.
  void failed(permit with, clock::time_point now);
  /// The call was never made.
  void give_back(permit with);

  [[nodiscard]] auto state(clock::time_point now) const noexcept -> circuit_state;
  /// Until probes pass; 0 unless open.
  [[nodiscard]] auto retry_after(clock::time_point now) const noexcept -> std::chrono::milliseconds;
  /// Times that it opened.
  [[nodiscard]] auto opened() const noexcept -> std::uint64_t { return opened_; }

 private:
  /// The window in parts, each forgotten as a whole.
  static constexpr std::size_t slots = 10;

  struct slot {
    std::int64_t number = -1; ///< of the part of time that it counts
    std::uint32_t calls = 0;
    std::uint32_t failures = 0;
  };

  [[nodiscard]] auto slot_of(clock::time_point now) -> slot&;
  [[nodiscard]] auto slot_number(clock::time_point now) const noexcept -> std::int64_t;
  [[nodiscard]] auto must_open(clock::time_point now) const noexcept -> bool;
  void open(clock::time_point now);
  void close();

  breaker_settings settings_;
  std::array<slot, slots> counts_{};
  bool is_closed_ = true;
  clock::time_point open_until_;
  std::chrono::milliseconds open_for_{0}; ///< the last time; 0: closed since
  std::uint32_t probes_out_ = 0;
  std::uint32_t probes_well_ = 0;
  std::uint64_t generation_ = 0;
  std::uint64_t opened_ = 0;
};

} // namespace holdfast::payments
