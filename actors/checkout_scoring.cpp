#include "actors/checkout_failpoints.hpp"
#include "actors/checkout_parts.hpp"
#include "domain/public_id.hpp"

#include <algorithm>
#include <utility>

/// How a payment is scored before the gateway is asked for anything, and what organisers see of those that are to be reviewed.
namespace holdfast::actors {

using std::chrono::steady_clock;

/// The same question has the same id after a restart: whoever scores may know it again.
void checkout_core::ask_scorer(const domain::payment& of) {
  const auto since = steady_clock::now();
  auto heard = [self = self_, payment = of.number, since](payments::scoring_outcome&& said) {
    self->post([payment, since, said = std::move(said)](checkout_core& core) {
      core.scorer_said(payment, said, steady_clock::now() - since);
    });
  };
  if (services_.scorer == nullptr) {
    heard({domain::risk_verdict::none, "not_configured"});
    return;
  }
  std::string id = "holdfast-";
  domain::public_ids::append(id, event_);
  id.append("-").append(std::to_string(of.number.value())).append("-score");
  services_.scorer->score(id, services_.shared.encoder.scoring_question(event_, of), std::move(heard));
}

void checkout_core::scorer_said(domain::payment_number payment, const payments::scoring_outcome& said,
                                std::chrono::nanoseconds took) {
  if (stopped_) {
    return; // a server that ends is no reason to do without a verdict: the next start asks again
  }
  auto& metrics = services_.shared.metrics;
  metrics.scorings.fetch_add(1, std::memory_order_relaxed);
  metrics.scoring_nanoseconds.fetch_add(static_cast<std::uint64_t>(took.count()), std::memory_order_relaxed);
  if (said.verdict == domain::risk_verdict::none) {
    metrics.scorings_failed.fetch_add(1, std::memory_order_relaxed);
  }
  state_of(payment).in_flight = false;
  HF_FAILPOINT(failpoint_of(side_of_step::after, domain::step::score));
  take({.by = {}, .id = {}, .body = domain::score_told{payment, said.verdict, said.reason}});
}

void checkout_core::list_reviews(domain::payment_number after, std::size_t limit, reviews_done done) {
  last_used_ = steady_clock::now();
  if (halted_ || stopped_) {
    done(std::nullopt);
    return;
  }
  if (!state_) {
    lists_waiting_.push_back([after, limit, done = std::move(done)](checkout_core& core) mutable {
      core.list_reviews(after, limit, std::move(done));
    });
    return;
  }
  review_page page;
  for (auto at = state_->for_review.upper_bound(after); at != state_->for_review.end(); ++at) {
    const auto& of = *state_->find(*at);
    if (!of.is_under_review()) {
      continue;
    }
    if (page.payments.size() == limit) {
      page.more = true;
      break;
    }
    page.payments.push_back(of);
  }
  journal::append_group barrier; // what is listed may not be durable yet
  barrier.stream = stream();
  services_.shared.journal.append(std::move(barrier),
                                  std::make_shared<parked_facts>([page = std::move(page), done](bool durable) mutable {
                                    done(durable ? std::optional{std::move(page)} : std::nullopt);
                                  }));
}

void checkout_core::answer_lists() {
  for (auto& list : std::exchange(lists_waiting_, {})) {
    list(*this);
  }
}

} // namespace holdfast::actors
