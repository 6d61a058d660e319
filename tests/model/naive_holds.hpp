#pragma once

#include "tests/model/naive_decide.hpp"

namespace holdfast::model {

[[nodiscard]] auto refuse(domain::reason why) -> expectation;
[[nodiscard]] auto effect_of(domain::fact_body body) -> expectation;

/// The caller is the event's own box office.
[[nodiscard]] auto sells(const naive_event& twin, const domain::caller& by) -> bool;
/// Whom a hold by this caller belongs to.
[[nodiscard]] auto owner_for(const domain::caller& by) -> domain::owner;
/// The hold or order is known, and this caller may see it and end or extend it.
[[nodiscard]] auto owns(const naive_event& twin, const domain::caller& by, domain::hold_number number) -> bool;
/// A payment's texts may be stored.
[[nodiscard]] auto storable(const domain::payment_record& what) -> bool;
/// The hold or order is known.
[[nodiscard]] auto knows(const naive_event& twin, domain::hold_number number) -> bool;

/// Why so many places more are too many for an owner; nothing when they are not.
[[nodiscard]] auto limits_allow(const naive_event& twin, const domain::caller& by, std::uint64_t places,
                                domain::instant now) -> std::optional<expectation>;

// What comes of a command about holds whose caller may ask it, after the idempotency key is settled.
[[nodiscard]] auto expect_hold(const naive_event& twin, const domain::caller& by, const domain::hold_seats& what,
                               domain::instant now) -> expectation;
[[nodiscard]] auto expect_extension(const naive_event& twin, domain::hold_number number, domain::instant now)
    -> expectation;
[[nodiscard]] auto expect_release(const naive_event& twin, const domain::caller& by, domain::hold_number number,
                                  domain::instant now) -> expectation;
[[nodiscard]] auto expect_confirmation(const naive_event& twin, const domain::caller& by,
                                       const domain::confirm_hold& what, domain::instant now) -> expectation;

} // namespace holdfast::model
