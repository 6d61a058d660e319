#include "actors/selling_gate.hpp"

#include <variant>

namespace holdfast::actors {

namespace {

/// Goes on while there is any room at all: these give seats or money their final state.
auto settles(const domain::command_body& what) noexcept -> bool {
  return std::holds_alternative<domain::freeze_hold>(what) || std::holds_alternative<domain::confirm_paid>(what) ||
         std::holds_alternative<domain::thaw_hold>(what) || std::holds_alternative<domain::return_order>(what) ||
         std::holds_alternative<domain::confirm_hold>(what) || std::holds_alternative<domain::release_hold>(what) ||
         std::holds_alternative<domain::admit_ticket>(what) || std::holds_alternative<domain::undo_admission>(what) ||
         std::holds_alternative<domain::end_due_holds>(what);
}

auto starts_something(const domain::command_body& what) noexcept -> bool {
  return std::holds_alternative<domain::hold_seats>(what) || std::holds_alternative<domain::create_event>(what) ||
         std::holds_alternative<domain::allocate_seats>(what) || std::holds_alternative<domain::join_waitlist>(what) ||
         std::holds_alternative<domain::match_waitlist>(what);
}

} // namespace

auto selling_gate::refuses_all() const noexcept -> std::optional<refusal> {
  if (draining()) {
    return refusal::draining;
  }
  if (journal_.mode() == journal::journal_mode::latched) {
    return refusal::journal_unavailable;
  }
  return std::nullopt;
}

auto selling_gate::refuses(const domain::command_body& what) const noexcept -> std::optional<refusal> {
  if (const auto all = refuses_all()) {
    return all;
  }
  // A fact of a wrong time would make it the right one.
  if (clock_unsure()) {
    return refusal::clock_unsure;
  }
  const auto mode = journal_.mode();
  if (mode == journal::journal_mode::settle_only && !settles(what)) {
    return refusal::storage_low;
  }
  if (mode == journal::journal_mode::no_new_holds && starts_something(what)) {
    return refusal::storage_low;
  }
  return std::nullopt;
}

auto selling_gate::refuses(const domain::organisation_command_body& what) const noexcept -> std::optional<refusal> {
  if (const auto all = refuses_all()) {
    return all;
  }
  if (clock_unsure()) {
    return refusal::clock_unsure;
  }
  if (journal_.mode() == journal::journal_mode::settle_only && !std::holds_alternative<domain::revoke_key>(what)) {
    return refusal::storage_low;
  }
  return std::nullopt;
}

} // namespace holdfast::actors
