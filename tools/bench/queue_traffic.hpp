#pragma once

#include "tools/bench/load_generator.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::tools::bench {

/// Bytes of a request for a place in an event's waiting room.
void append_join_request(std::string& to, std::string_view event, std::string_view token);
/// Of a look at the place that a ticket names.
void append_poll_request(std::string& to, std::string_view event, std::string_view token, std::string_view ticket);

/// P7: every request is of another buyer who joins, once. A connection has nothing more to send when as many have joined as may.
class join_traffic final : public traffic {
 public:
  /// `tokens`: one a buyer, kept by the caller.
  join_traffic(std::string event, const std::vector<std::string>& tokens, std::size_t connections);

  /// So many more may join; fewer when there are no more buyers.
  void allow(std::size_t more) noexcept;
  [[nodiscard]] auto left() const noexcept -> std::size_t { return tokens_->size() - next_; }
  /// Keeps what each was given, by buyer; empty: not answered yet.
  void keep_tickets() { tickets_.resize(tokens_->size()); }
  [[nodiscard]] auto tickets() noexcept -> std::vector<std::string>& { return tickets_; }

  auto next(std::size_t connection) -> std::string_view override;
  auto answered(std::size_t connection, const response& what) -> outcome override;
  void lost(std::size_t connection) override;

  /// Status and body of the first answer that should not have been; empty when there was none.
  [[nodiscard]] auto first_failure() const noexcept -> const std::string& { return first_failure_; }

 private:
  struct joining {
    std::string request;
    std::size_t buyer = 0;
  };

  std::string event_;
  const std::vector<std::string>* tokens_;
  std::vector<joining> under_way_; ///< by connection
  std::vector<std::string> tickets_;
  std::size_t next_ = 0;
  std::size_t end_ = 0;
  std::string first_failure_;
};

/// Looks at the places of many buyers in turn until each was let in: keeps their admissions. Nobody is asked again who has one.
class admission_traffic final : public traffic {
 public:
  /// One ticket a token.
  admission_traffic(std::string event, const std::vector<std::string>& tokens, const std::vector<std::string>& tickets,
                    std::size_t connections);

  /// By buyer; empty: not let in yet.
  [[nodiscard]] auto admissions() noexcept -> std::vector<std::string>& { return admissions_; }
  /// How many of them are not let in, and may be looked at once more.
  [[nodiscard]] auto again() -> std::size_t;

  auto next(std::size_t connection) -> std::string_view override;
  auto answered(std::size_t connection, const response& what) -> outcome override;
  void lost(std::size_t connection) override;
  [[nodiscard]] auto first_failure() const noexcept -> const std::string& { return first_failure_; }

 private:
  struct looking {
    std::string request;
    std::size_t buyer = 0;
  };

  std::string event_;
  const std::vector<std::string>* tokens_;
  const std::vector<std::string>* tickets_;
  std::vector<looking> under_way_; ///< by connection
  std::vector<std::string> admissions_;
  std::vector<std::size_t> waiting_; ///< buyers
  std::size_t next_ = 0;             ///< of them
  std::string first_failure_;
};

/// What storms the door: of each so many requests one joins, as long as there is anybody, and the others are looks of those who wait. A stream of these has no end.
class storm_traffic final : public traffic {
 public:
  struct options {
    std::string event;
    std::vector<std::string> joining; ///< tokens of who comes
    std::vector<std::string> looks;   ///< whole requests of who waits
    std::size_t requests_a_join = 3;
    std::size_t connections = 64;
  };
  explicit storm_traffic(options what);

  auto next(std::size_t connection) -> std::string_view override;
  auto answered(std::size_t connection, const response& what) -> outcome override;
  void lost(std::size_t connection) override;
  [[nodiscard]] auto first_failure() const noexcept -> const std::string& { return first_failure_; }
  [[nodiscard]] auto joined() const noexcept -> std::uint64_t { return joined_; }
  [[nodiscard]] auto looked() const noexcept -> std::uint64_t { return looked_; }

 private:
  options options_;
  std::vector<std::string> requests_; ///< by connection, of joins
  std::vector<std::uint8_t> is_join_; ///< by connection
  std::size_t next_join_ = 0;
  std::size_t next_look_ = 0;
  std::uint64_t turns_ = 0;
  std::uint64_t joined_ = 0;
  std::uint64_t looked_ = 0;
  std::string first_failure_;
};

} // namespace holdfast::tools::bench
