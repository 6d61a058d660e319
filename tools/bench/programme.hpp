#pragma once

#include "domain/event_config.hpp"
#include "domain/instant.hpp"
#include "tools/bench/random.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace holdfast::tools::bench {

/// Events as a large ticket seller has them: names of artists, works and tours, halls of some hundred towns as large as they are, dates over
/// the next year and a half with more of them soon and on weekends, prices by kind. The same seed gives the same programme.
///
/// Names are drawn by rank (Zipf): few artists play often, and most words are rare, as in any catalogue.
class programme {
 public:
  programme(std::uint64_t seed, domain::instant now);

  [[nodiscard]] auto next() -> domain::event_config;
  /// Two words that some event of the programme so far has, as people would ask for it; now and then the second one is not typed to its end.
  [[nodiscard]] auto question() -> std::string;

 private:
  struct artist {
    std::string name;
    std::size_t kind = 0;
  };

  [[nodiscard]] auto invented_name() -> std::string;
  [[nodiscard]] auto by_rank(std::size_t size) -> std::size_t;
  [[nodiscard]] auto title_of(const artist& who) -> std::string;
  [[nodiscard]] auto description_of(const artist& who) -> std::string;
  void place(domain::event_config& event);
  void price(domain::event_config& event, std::size_t kind);

  random_stream random_;
  domain::instant now_;
  std::vector<artist> artists_;
  std::vector<std::pair<std::string, std::string>> asked_; ///< words of some events
};

} // namespace holdfast::tools::bench
