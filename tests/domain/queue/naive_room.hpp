#pragma once

#include "domain/fact.hpp"
#include "domain/queue/settings.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace holdfast::tests {

/// A waiting room as lists of people: slow, and plain enough to be believed. It judges every fact by the published rules before it
/// takes it over, and shares nothing with the rules but their facts and settings.
class naive_room {
 public:
  struct person {
    domain::subject_id who;
    std::uint8_t band = 0;
    domain::queue::place_status status{};
  };

  /// What is wrong with the fact; empty: nothing. Takes it over either way.
  auto take(const domain::fact& what) -> std::string;

  /// What is wrong when a command has told all its facts; empty: nothing.
  auto end_command() -> std::string;
  /// What is wrong with letting in nobody now; empty: nothing. To be asked when `advance` gives no more facts.
  [[nodiscard]] auto idle_fault(domain::instant now) const -> std::string;

  [[nodiscard]] auto people() const -> const std::vector<person>& { return people_; }
  /// People before a place in its line; -1: it stands in none.
  [[nodiscard]] auto ahead(std::uint32_t number) const -> std::int64_t;
  [[nodiscard]] auto is() const -> domain::queue::mode { return mode_; }
  [[nodiscard]] auto inside() const -> std::size_t;

 private:
  struct pace {
    domain::instant from;
    std::int64_t milli_per_s = 0;
    std::int64_t batch = 0;
  };
  /// People let in, or none and another pace.
  struct step {
    domain::instant at;
    std::int64_t people = 0;
    std::int64_t batch = 0; ///< the least that was in force
  };
  friend struct naive_judge;

  void fail(bool sound, const char* what);
  [[nodiscard]] auto live_place(const domain::subject_id& who) const -> std::uint32_t;
  [[nodiscard]] auto rate() const -> std::int64_t;
  void change_pace(domain::instant now);
  void stand(std::uint32_t number);
  void remove(std::uint32_t number);
  /// What the rate brings between two times, in millionths of a person.
  [[nodiscard]] auto brought(domain::instant from, domain::instant to) const -> std::int64_t;
  /// Whole people that every window which ends now still leaves room for.
  [[nodiscard]] auto room_in_windows(domain::instant now) const -> std::int64_t;

  std::vector<person> people_; ///< by number, from 1
  std::array<std::vector<std::uint32_t>, domain::queue::limits::bands_max> lines_;
  std::vector<std::uint32_t> entrants_;
  domain::queue::digest commitment_{};
  domain::queue::mode mode_ = domain::queue::mode::off;
  bool closed_ = false;
  bool revoked_ = false;        ///< no admission is worth anything
  std::uint32_t forgotten_ = 0; ///< numbers up to it are of a room that was switched off
  domain::queue::settings rules_;
  std::int64_t permille_ = 1'000;
  std::vector<pace> paces_{{{}, 100'000, 50}};
  std::vector<step> steps_;
  std::vector<std::uint32_t> owed_; ///< who was ahead of somebody whose turn is said to be over
  std::string fault_;
};

} // namespace holdfast::tests
