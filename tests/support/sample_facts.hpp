#pragma once

#include "domain/fact.hpp"
#include "journal/record.hpp"

#include <memory>
#include <string_view>
#include <vector>

/// One fact of every type, with every field set to something that no other field has: what golden files are made from.
namespace holdfast::testing {

/// Two sections (stalls: rows of 4 and 3 seats, one accessible; balcony: a row of 5) and a floor for 50.
[[nodiscard]] auto sample_layout() -> std::shared_ptr<const domain::layout>;
[[nodiscard]] auto sample_config() -> domain::event_config;

struct sample {
  std::string_view name; ///< of the fact, as the codec calls it
  domain::fact_body body;
};

[[nodiscard]] auto sample_facts() -> std::vector<sample>;
/// Those of them that have to do with an event's tax.
[[nodiscard]] auto tax_samples() -> std::vector<sample>;
/// Those of the waitlist.
[[nodiscard]] auto waitlist_samples() -> std::vector<sample>;
/// Those of payments that are scored, and of what is decided about orders that are to be reviewed.
[[nodiscard]] auto risk_samples() -> std::vector<sample>;

/// A header for the fact at this place of `sample_facts`, as golden files have it.
[[nodiscard]] auto sample_header(std::size_t place, const domain::fact_body& body) -> journal::record_header;

} // namespace holdfast::testing
