#pragma once

#include "domain/public_id.hpp"
#include "tickets/tax.hpp"
#include "tickets/ticket_code.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::http {

/// What receipts say about who sells, and the tax that is in every price.
struct receipt_settings {
  std::string seller; ///< empty: the name of the event's organisation
  std::vector<std::string> seller_address;
  std::string tax_number;             ///< may be empty, as what follows
  std::string tax_name;               ///< empty: the receipt's language has a word
  std::uint32_t tax_basis_points = 0; ///< at most tickets::tax_basis_points_max; 0: no tax is named
  tickets::tax_rounding rounding = tickets::tax_rounding::per_line;
  std::string note;
};

/// Where codes of tickets are made and checked. Immutable and thread-safe.
class ticket_desk {
 public:
  /// As tickets::ticket_signer wants them.
  ticket_desk(std::span<const tickets::ticket_key> newest_first, const domain::public_ids& ids,
              receipt_settings receipts);

  /// Some 35 µs.
  [[nodiscard]] auto code_of(const domain::public_ids::ticket_ref& ticket, std::uint16_t serial) const -> std::string {
    return signer_.code_of(ticket, serial);
  }

  /// Some 75 µs.
  [[nodiscard]] auto verify(std::string_view code) const -> tl::expected<tickets::verified_code, tickets::code_fault> {
    return verifier_.verify(code);
  }

  /// The body of `GET /v1/tickets/keys`.
  [[nodiscard]] auto keys_body() const noexcept -> std::string_view { return keys_body_; }

  [[nodiscard]] auto receipts() const noexcept -> const receipt_settings& { return receipts_; }

 private:
  tickets::ticket_signer signer_;
  tickets::ticket_verifier verifier_;
  std::string keys_body_;
  receipt_settings receipts_;
};

} // namespace holdfast::http
