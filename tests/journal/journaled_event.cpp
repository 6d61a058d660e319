#include "tests/journal/journaled_event.hpp"

#include "domain/apply.hpp"
#include "domain/checkout/decide.hpp"

#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

namespace holdfast::testing {
namespace {

class told final : public journal::append_done {
 public:
  void complete(journal::append_outcome outcome) noexcept override { outcome_.set_value(outcome); }

  auto wait() -> journal::append_outcome { return outcome_.get_future().get(); }

 private:
  std::promise<journal::append_outcome> outcome_;
};

/// Appends the groups in order and waits for the last.
void append_all(journal::journal& to, std::vector<journal::append_group> groups) {
  std::shared_ptr<told> last;
  for (auto& group : groups) {
    last = std::make_shared<told>();
    to.append(std::move(group), last);
  }
  if (last && last->wait() != journal::append_outcome::durable) {
    throw std::runtime_error{"the journal of a test did not take an append"};
  }
}

} // namespace

auto append_event(journal::journal& to, const busy_event& event, domain::event_id as) -> std::uint64_t {
  std::vector<journal::append_group> groups;
  domain::event_state state;
  for (const auto& decision : event.decisions()) {
    journal::append_group group;
    group.stream = {journal::stream_kind::event, as.value()};
    group.first_seq = state.seq() + 1;
    group.facts = std::make_shared<const domain::facts>(decision);
    for (const auto& fact : decision) {
      domain::apply(state, fact);
    }
    group.next_deadline = state.next_deadline();
    groups.push_back(std::move(group));
  }
  append_all(to, std::move(groups));
  return state.seq();
}

void append_payments(journal::journal& to, const busy_event& event, domain::event_id as) {
  std::vector<journal::append_group> groups;
  domain::checkout_state state;
  for (const auto& decision : event.payment_decisions()) {
    journal::append_group group;
    group.stream = {journal::stream_kind::payment, as.value()};
    group.first_seq = state.seq + 1;
    group.facts = std::make_shared<const domain::facts>(decision);
    for (const auto& fact : decision) {
      domain::apply(state, fact);
    }
    group.next_deadline = state.next_deadline();
    groups.push_back(std::move(group));
  }
  append_all(to, std::move(groups));
}

void append_organisation(journal::journal& to) {
  const domain::instant start{1'700'000'000'000};
  domain::facts facts{{start, {}, domain::organisation_created{busy_event::organisation, "Stadttheater"}},
                      {start, {}, domain::key_created{busy_event::seller, "till", domain::key_scope::sell, {}}}};
  journal::append_group group;
  group.stream = {journal::stream_kind::organisation, busy_event::organisation.value()};
  group.first_seq = 1;
  group.facts = std::make_shared<const domain::facts>(std::move(facts));
  std::vector<journal::append_group> groups;
  groups.push_back(std::move(group));
  append_all(to, std::move(groups));
}

} // namespace holdfast::testing
