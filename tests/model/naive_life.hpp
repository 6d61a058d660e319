#pragma once

#include "tests/model/naive_decide.hpp"

namespace holdfast::model {

/// The configuration after an amendment, and whether a configuration could be an event's.
[[nodiscard]] auto amended_by(domain::event_config config, const domain::event_amendment& changes)
    -> domain::event_config;
[[nodiscard]] auto sound(const domain::event_config& config) -> bool;
/// Every tier of the layout has a price.
[[nodiscard]] auto prices_all(const domain::event_config& config, const domain::layout& seats) -> bool;

// What comes of an organiser's command that the organiser may give, after the idempotency key is settled.
[[nodiscard]] auto expect_life(const naive_event& twin, const domain::create_event& what) -> expectation;
[[nodiscard]] auto expect_life(const naive_event& twin, const domain::amend_event& what) -> expectation;
[[nodiscard]] auto expect_life(const naive_event& twin, const domain::replace_layout& what) -> expectation;
[[nodiscard]] auto expect_life(const naive_event& twin, const domain::publish_event& what) -> expectation;
[[nodiscard]] auto expect_life(const naive_event& twin, const domain::pause_event& what) -> expectation;
[[nodiscard]] auto expect_life(const naive_event& twin, const domain::resume_event& what) -> expectation;
[[nodiscard]] auto expect_life(const naive_event& twin, const domain::close_event& what) -> expectation;
[[nodiscard]] auto expect_life(const naive_event& twin, const domain::cancel_event& what) -> expectation;

} // namespace holdfast::model
