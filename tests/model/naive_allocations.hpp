#pragma once

#include "tests/model/naive_decide.hpp"

namespace holdfast::model {

/// The hash that stands for an access code in test cases.
[[nodiscard]] auto code_hash(std::uint8_t code) -> domain::access_code_hash;

// What comes of an organiser's command about allocations that the organiser may give, after the idempotency key is settled.
[[nodiscard]] auto expect_allocation(const naive_event& twin, const domain::caller& by,
                                     const domain::allocate_seats& what) -> expectation;
[[nodiscard]] auto expect_allocation(const naive_event& twin, const domain::caller& by,
                                     const domain::change_allocation& what) -> expectation;
[[nodiscard]] auto expect_allocation(const naive_event& twin, const domain::caller& by,
                                     const domain::release_allocation& what) -> expectation;

/// The places of an area of an allocation, as a number that can be written.
void write_places(naive_event& twin, domain::allocation_number number, const domain::area_quantity& now);

[[nodiscard]] auto fold_allocation(naive_event& twin, const domain::seats_allocated& what) -> complaint;
[[nodiscard]] auto fold_allocation(naive_event& twin, const domain::allocation_changed& what) -> complaint;
[[nodiscard]] auto fold_allocation(naive_event& twin, const domain::allocation_released& what) -> complaint;

} // namespace holdfast::model
