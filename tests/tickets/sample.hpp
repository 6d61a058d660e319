#pragma once

#include "tickets/receipt.hpp"
#include "tickets/ticket_code.hpp"

#include <random>
#include <string>
#include <vector>

/// What the tests of this folder make tickets from.
namespace holdfast::tickets_test {

/// The key with this id; its seed follows from the id and from `variety`.
[[nodiscard]] auto sample_key(std::uint8_t id, std::uint8_t variety = 0) -> tickets::ticket_key;
/// A signer with keys 2 (which signs) and 1.
[[nodiscard]] auto sample_signer() -> tickets::ticket_signer;
[[nodiscard]] auto sample_ids() -> domain::public_ids;

/// Two seats and a standing place for a person with a Cyrillic name, in a hall with a Greek one; taxes of two rates, inclusive.
[[nodiscard]] auto sample_receipt() -> tickets::receipt;
/// As `sample_receipt`, of which first a seat and then a standing place were given back.
[[nodiscard]] auto credited_receipt() -> tickets::receipt;
/// As `sample_receipt`, with so many lines, each of another seat.
[[nodiscard]] auto long_receipt(std::size_t lines) -> tickets::receipt;

/// Dice of another seed each run, or of $HF_TICKETS_SEED; says which, so that a failure can be repeated.
[[nodiscard]] auto fresh_dice() -> std::mt19937_64;

/// An environment variable; null when it is not set.
[[nodiscard]] auto setting(const char* name) -> const char*;

/// A file's bytes; fails the test when there is none.
[[nodiscard]] auto read_file(const std::string& path) -> std::string;
/// Writes `bytes` to $HF_TICKETS_OUT/`name`, for readers of other programs, when that is set.
void show_others(const std::string& name, const std::string& bytes);

} // namespace holdfast::tickets_test
