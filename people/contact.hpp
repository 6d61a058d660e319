#pragma once

#include "domain/strong_id.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::people {

/// What somebody tells about people when they buy.
struct contact {
  std::string email;                  ///< empty: none was given
  std::vector<std::string> attendees; ///< one a ticket, in the order of the tickets; empty: none were given

  [[nodiscard]] auto empty() const noexcept -> bool { return email.empty() && attendees.empty(); }
  friend auto operator==(const contact&, const contact&) -> bool = default;
};

inline constexpr std::size_t email_bytes_max = 254; ///< RFC 5321, 4.5.3.1.3
inline constexpr std::size_t name_bytes_max = 200;

/// Whether mail can be sent to this text: an addr-spec of RFC 5321 in ASCII without quotes or comments, whose domain is a name with a dot. Free of
/// blanks, brackets and line ends, so that it is safe in a header and in an SMTP command. Thread-safe.
[[nodiscard]] auto is_email(std::string_view text) -> bool;

/// Which hold, or which order: they have the same number.
struct order_ref {
  domain::event_id event;
  domain::hold_number order;
  friend auto operator==(const order_ref&, const order_ref&) -> bool = default;

  /// Under which is filed what those tell who go on an event's waitlist, each under their own name: no hold has number 0.
  [[nodiscard]] static constexpr auto waitlist_of(domain::event_id event) noexcept -> order_ref { return {event, {}}; }
};

/// By which number one request tells something: the same for the same request, and another for another one.
[[nodiscard]] constexpr auto attempt_of(const domain::command_id& request) noexcept -> std::uint64_t {
  return request.key ^ request.request;
}

/// Whose key seals what is told: a buyer, or, for what a box office takes down, the one order of that organisation.
class person {
 public:
  [[nodiscard]] static auto buyer(const domain::subject_id& subject) -> person;
  [[nodiscard]] static auto of_box_office(domain::organisation_id organisation, const order_ref& order) -> person;
  /// The bytes by which this person is filed; of one length a kind, so that nobody's are the beginning of another's.
  [[nodiscard]] auto name() const noexcept -> const std::string& { return name_; }

 private:
  explicit person(std::string name) noexcept : name_{std::move(name)} {}
  std::string name_;
};

/// As bytes to be sealed, and back; nothing for what is none. Thread-safe.
[[nodiscard]] auto encode(const contact& what) -> std::string;
[[nodiscard]] auto decode(std::string_view bytes) -> std::optional<contact>;

} // namespace holdfast::people
