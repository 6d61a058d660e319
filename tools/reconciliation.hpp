#pragma once

#include "journal/audit/books.hpp"
#include "payments/gateway.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

/// How `holdfast reconcile` reads the gateway's book through the port, and sets right there what the journal leaves no doubt about.
namespace holdfast::tools {

/// The gateway's book, and what it would take to read it again.
using gateway_lines = std::map<std::string, journal::audit::gateway_payment>; ///< by id

/// All payments and refunds, page by page; waits for them. `progress` is told how many there are so far. Failure: for people.
[[nodiscard]] auto read_gateway(payments::gateway& from, const std::function<void(std::uint64_t)>& progress)
    -> tl::expected<gateway_lines, std::string>;

/// Differences that are there before and after the journal was read.
struct settled_differences {
  std::vector<journal::audit::difference> found;
  std::size_t moving = 0; ///< payments that the gateway changed meanwhile: nothing is said of them
};

/// Asks for every payment again that differs: `lines` was read before the journal, and may be older than what that says. `lines` is brought up
/// to date. Failure: for people.
[[nodiscard]] auto look_again(payments::gateway& at, const std::vector<journal::audit::difference>& differences,
                              gateway_lines& lines) -> tl::expected<settled_differences, std::string>;

/// How far a remedy is.
enum class cured : std::uint8_t {
  done,     ///< the gateway says that it is
  under_way ///< it was asked for, and the gateway has not done it yet
};

/// Does at the gateway what `one.cure` says. Its key is made of the payment and of what is there (`now`), so that doing it twice does it once.
/// Failure: what the gateway said, for people; then nothing may have happened, or all of it.
[[nodiscard]] auto cure(payments::gateway& at, const journal::audit::difference& one,
                        const journal::audit::gateway_payment& now) -> tl::expected<cured, std::string>;

} // namespace holdfast::tools
