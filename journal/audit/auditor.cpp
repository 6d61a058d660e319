#include "journal/audit/auditor.hpp"

#include "journal/audit/admission_check.hpp"
#include "journal/audit/commit_check.hpp"
#include "journal/audit/facts.hpp"
#include "journal/audit/payment_check.hpp"
#include "journal/audit/queue_check.hpp"
#include "journal/audit/record.hpp"
#include "journal/audit/register.hpp"
#include "journal/audit/stream_check.hpp"

#include <algorithm>
#include <utility>

namespace holdfast::journal::audit {
namespace {

constexpr std::uint8_t kind_event = 1;
constexpr std::uint8_t kind_queue = 2;
constexpr std::uint8_t kind_payment = 3;
constexpr std::uint8_t kind_organisation = 4;
constexpr std::uint64_t records_between_progress = 65'536;

class auditor {
 public:
  auditor(source& from, const audit_options& options) : from_{from}, options_{options} {}

  auto run() && -> report {
    if (auto behind = from_.behind_mark())
      report_.found.add(violation_kind::behind_mark, {}, 0, *std::move(behind));
    auto streams = from_.streams();
    if (!streams) {
      report_.found.add(violation_kind::unreadable_storage, {}, 0, std::move(streams.error()));
      return std::move(report_);
    }
    // Events need the keys of organisations.
    std::stable_partition(streams->begin(), streams->end(),
                          [](stream_name stream) { return stream.kind == kind_organisation; });
    admissions_.emplace(*streams, from_, report_.found);
    for (const auto stream : *streams) {
      const bool of_event = stream.kind == kind_event || stream.kind == kind_queue || stream.kind == kind_payment;
      if (stream.kind == kind_organisation || !options_.event || (of_event && stream.id == *options_.event))
        check_stream(stream);
    }
    settle_rest();
    admissions_->finish();
    if (from_.has_commits() && !options_.event)
      check_commits(from_, ends_, report_.found);
    return std::move(report_);
  }

 private:
  void check_stream(stream_name stream);
  /// Whether the record's fact is known, and may stand here.
  auto belongs_here(const record& at) -> bool;
  /// The record's fact, or nothing when the rest of the stream cannot be folded either.
  auto fact_of(const record& at) -> std::optional<fact>;
  /// The same in a waiting room's stream.
  auto queue_fact_of(const record& at) -> std::optional<queue_fact>;
  void compare(const snapshot_claim& claim, const event_check& event, const record& at);
  void check_deadline(const event_check& event, const std::optional<stored_head>& head);
  void check_payments(const payment_check& payments, const stream_check& checked,
                      const std::optional<stored_head>& head, stream_name stream);
  /// Orders by card of events that have no payments.
  void settle_rest();
  void summarise(const event_check& event, const stream_check& checked, stream_name stream);
  void count();

  source& from_;
  const audit_options& options_;
  report report_;
  organisation_register register_;
  std::optional<admission_check> admissions_;
  std::map<stream_name, std::uint64_t> ends_;
  std::map<std::uint64_t, sold_by_card> sold_; ///< by event, until its payments have been compared with it
};

void auditor::count() {
  if (++report_.records % records_between_progress == 0 && options_.progress)
    options_.progress(report_.records);
}

auto auditor::belongs_here(const record& at) -> bool {
  if (!is_known(at.type, at.version)) {
    report_.found.add(violation_kind::unknown_fact, at.stream, at.seq,
                      "type " + std::to_string(at.type) + ", version " + std::to_string(at.version));
    return false;
  }
  if (!belongs(at.type, at.stream.kind)) {
    report_.found.add(violation_kind::fact_in_wrong_stream, at.stream, at.seq, "type " + std::to_string(at.type));
    return false;
  }
  return true;
}

auto auditor::queue_fact_of(const record& at) -> std::optional<queue_fact> {
  if (!belongs_here(at))
    return std::nullopt;
  auto what = read_queue_fact(at.type, at.payload);
  if (!what)
    report_.found.add(violation_kind::payload_malformed, at.stream, at.seq, "of type " + std::to_string(at.type));
  return what;
}

auto auditor::fact_of(const record& at) -> std::optional<fact> {
  if (!belongs_here(at))
    return std::nullopt;
  auto what = read_fact(at.type, at.payload);
  if (!what)
    report_.found.add(violation_kind::payload_malformed, at.stream, at.seq, "of type " + std::to_string(at.type));
  return what;
}

void auditor::check_stream(stream_name stream) {
  ++report_.streams;
  stream_check checked{stream, report_.found};
  event_check event{stream, register_, report_.found};
  payment_check payments{stream, report_.found};
  queue_check room{stream, report_.found,
                   stream.kind == kind_queue ? admissions_->waited(stream.id) : std::set<room_history::buyer>{}};
  const auto claims = stream.kind == kind_event ? from_.snapshots(stream) : std::vector<snapshot_claim>{};
  auto next_claim = claims.begin();
  bool folding = true;
  const auto read = from_.scan(stream, [&](std::uint64_t seq, std::string_view bytes) {
    count();
    const auto at = checked.take(seq, bytes);
    if (stream.kind == kind_queue) {
      const auto told = at && folding ? queue_fact_of(*at) : std::nullopt;
      folding = told.has_value();
      if (told)
        room.take(*at, *told);
      return true;
    }
    const auto what = at && folding ? fact_of(*at) : std::nullopt;
    folding = what.has_value();
    if (what && stream.kind == kind_organisation)
      register_.take(*at, *what, report_.found);
    if (what && stream.kind == kind_payment)
      payments.take(*at, *what);
    if (what && stream.kind == kind_event) {
      event.take(*at, *what);
      admissions_->take(*at, *what, event.joined_behind_all());
      for (; next_claim != claims.end() && next_claim->seq <= seq; ++next_claim)
        compare(*next_claim, event, *at);
    }
    return true;
  });
  if (!read)
    report_.found.add(violation_kind::unreadable_storage, stream, checked.last_seq() + 1, read.error());
  auto head = from_.head(stream);
  if (!head) {
    report_.found.add(violation_kind::unreadable_storage, stream, 0, std::move(head.error()));
    return;
  }
  checked.finish(*head);
  if (checked.records() != 0)
    ends_[stream] = checked.last_seq();
  if (stream.kind == kind_queue && folding)
    admissions_->compare(stream, room.history());
  if (stream.kind == kind_event && folding) {
    check_deadline(event, *head);
    summarise(event, checked, stream);
    sold_[stream.id] = {event.config().currency, event.status() == event_check::life::cancelled, event.sales_by_card()};
  }
  if (stream.kind == kind_payment && folding)
    check_payments(payments, checked, *head, stream);
  else if (stream.kind == kind_payment)
    sold_.erase(stream.id); // what cannot be read cannot be compared either
}

void auditor::compare(const snapshot_claim& claim, const event_check& event, const record& at) {
  if (claim.seq != at.seq)
    return;
  ++report_.snapshots_compared;
  if (claim.chain != at.hash || claim.state_hash != state_hash_of(event))
    report_.found.add(violation_kind::snapshot_differs, at.stream, at.seq,
                      "the journal gives another state, or another chain, than the snapshot at this seq");
}

void auditor::check_deadline(const event_check& event, const std::optional<stored_head>& head) {
  std::optional<std::int64_t> due;
  for (const auto& [number, booking] : event.bookings()) {
    if (!booking.confirmed || event.status() == event_check::life::cancelled)
      due = std::min(due.value_or(booking.expires_at), booking.expires_at);
  }
  if (head && due && (!head->next_deadline_ms || *head->next_deadline_ms > *due))
    report_.found.add(violation_kind::deadline_missed, {kind_event, event.event()}, event.seq(),
                      "a hold, or an order of a cancelled event, is due at " + std::to_string(*due) +
                          " ms, the stored head says " +
                          (head->next_deadline_ms ? std::to_string(*head->next_deadline_ms) + " ms" : "never"));
}

void auditor::check_payments(const payment_check& payments, const stream_check& checked,
                             const std::optional<stored_head>& head, stream_name stream) {
  const auto sum = payments.sum();
  if (head && sum.open != 0 && !head->next_deadline_ms)
    report_.found.add(violation_kind::deadline_missed, stream, checked.last_seq(),
                      std::to_string(sum.open) + " payments have not ended, and nothing would wake them after a start");
  const auto event = std::find_if(report_.events.begin(), report_.events.end(),
                                  [&](const event_summary& one) { return one.event == stream.id; });
  if (event == report_.events.end()) {
    // An event that could not be folded has its violations already.
    if (checked.records() != 0 && !ends_.contains({kind_event, stream.id}))
      report_.found.add(violation_kind::illegal_payment, stream, 1, "payments of an event that is not there");
    return;
  }
  event->payments = sum.payments;
  event->payments_open = sum.open;
  event->captures = sum.captured;
  event->captured = sum.taken;
  auto& total = report_.by_currency[event->currency];
  total.captures += sum.captured;
  total.payments_open += sum.open;
  total.captured += sum.taken;
  for (const auto& [number, what] : payments.all())
    report_.payments.push_back({stream.id, number, what});
  payments.settle(sold_[stream.id]);
  sold_.erase(stream.id);
}

void auditor::settle_rest() {
  for (const auto& [event, sold] : sold_)
    payment_check{{kind_payment, event}, report_.found}.settle(sold);
}

void auditor::summarise(const event_check& event, const stream_check& checked, stream_name stream) {
  event_summary sum;
  sum.event = stream.id;
  sum.organisation = event.organisation();
  sum.name = event.config().name;
  sum.currency = event.config().currency;
  sum.status = event.status();
  sum.seq = checked.last_seq();
  sum.time_ms = checked.last_time();
  sum.chain = checked.chain();
  sum.state_hash = state_hash_of(event);
  sum.places = event.seats().seat_tier.size();
  for (const auto& area : event.seats().areas)
    sum.places += area.capacity;
  for (const auto& [number, booking] : event.bookings()) {
    (booking.confirmed ? sum.sold : sum.held) += booking.borrows() ? 0 : booking.places();
    (booking.confirmed ? sum.orders : sum.holds) += 1;
    sum.complimentary += booking.method == 3 ? 1 : 0;
    sum.taken += booking.total;
  }
  auto& total = report_.by_currency[sum.currency];
  total.orders += sum.orders;
  total.places += sum.sold;
  total.taken += sum.taken;
  report_.events.push_back(std::move(sum));
}

} // namespace

auto run_audit(source& from, const audit_options& options) -> report {
  return auditor{from, options}.run();
}

auto name_of(event_check::life status) noexcept -> std::string_view {
  switch (status) {
  case event_check::life::absent: return "absent";
  case event_check::life::draft: return "draft";
  case event_check::life::published: return "published";
  case event_check::life::paused: return "paused";
  case event_check::life::closed: return "closed";
  case event_check::life::cancelled: return "cancelled";
  }
  return "unknown";
}

} // namespace holdfast::journal::audit
