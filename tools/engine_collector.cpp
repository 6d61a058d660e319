#include "tools/engine_collector.hpp"

#include <limits>
#include <string>
#include <utility>

namespace holdfast::tools {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

constexpr double nanoseconds_a_second = 1e9;

template <class Number>
auto as_double(const std::atomic<Number>& value) -> double {
  return static_cast<double>(value.load(std::memory_order_relaxed));
}

auto counter(std::string name, std::string help, double value) -> MetricFamily {
  ClientMetric metric;
  metric.counter.value = value;
  return {std::move(name), std::move(help), MetricType::Counter, {std::move(metric)}};
}

auto gauge(std::string name, std::string help, double value) -> MetricFamily {
  ClientMetric metric;
  metric.gauge.value = value;
  return {std::move(name), std::move(help), MetricType::Gauge, {std::move(metric)}};
}

} // namespace

/// How reads were answered, by view: `sum by (view) (rate(hits)) / (sum by (view) (rate(hits)) + sum by (view) (rate(misses)))`.
void add_reads(const projections::views_impl& views, std::vector<MetricFamily>& to) {
  MetricFamily hits{"holdfast_view_hits_total", "Reads answered at once from an encoded body", MetricType::Counter, {}};
  MetricFamily misses{"holdfast_view_misses_total", "Reads that waited for a body", MetricType::Counter, {}};
  const auto add = [&](std::string_view view, double hit, double missed) {
    ClientMetric metric;
    metric.label.push_back({"view", std::string{view}});
    metric.counter.value = hit;
    hits.metric.push_back(metric);
    metric.counter.value = missed;
    misses.metric.push_back(std::move(metric));
  };
  for (std::size_t i = 0; i < projections::read_views; ++i) {
    const auto& of = views.metrics().reads[i];
    add(projections::read_view_names[i], as_double(of.hits), as_double(of.misses));
  }
  if (const auto search = views.search_state(); search.counts != nullptr)
    add("search", as_double(search.counts->cache_hits), as_double(search.counts->cache_misses));
  to.push_back(std::move(hits));
  to.push_back(std::move(misses));
}

/// Seat maps that are watched.
void add_live(const projections::view_metrics& of, std::vector<MetricFamily>& to) {
  to.push_back(gauge("holdfast_live_viewers", "Viewers of all events", as_double(of.live_viewers)));
  to.push_back(gauge("holdfast_live_giving_way", "1 while ticks are longer because the machine is busy",
                     of.giving_way.load(std::memory_order_relaxed) ? 1 : 0));
  to.push_back(
      gauge("holdfast_live_events", "Events that are watched, or were a short while ago", as_double(of.live_events)));
  to.push_back(
      gauge("holdfast_live_ring_bytes", "Changes kept for viewers who come back", as_double(of.live_ring_bytes)));
  to.push_back(counter("holdfast_live_deltas_total", "Deltas made, each for all viewers", as_double(of.live_frames)));
  to.push_back(counter("holdfast_live_changes_total", "Seats and areas in the deltas", as_double(of.live_changes)));
  to.push_back(
      counter("holdfast_live_resumes_total", "Viewers who went on where they had left", as_double(of.live_resumes)));
  to.push_back(counter("holdfast_live_resume_resets_total", "Viewers whose place was not kept any more",
                       as_double(of.live_resets)));
  ClientMetric ticks;
  ticks.summary.sample_count = of.live_ticks.load(std::memory_order_relaxed);
  ticks.summary.sample_sum = as_double(of.live_tick_nanoseconds) / nanoseconds_a_second;
  to.push_back({"holdfast_live_tick_seconds",
                "Seconds that looking for the changes of a tick took",
                MetricType::Summary,
                {std::move(ticks)}});
}

template <std::size_t Buckets>
auto atomic_histogram<Buckets>::family_metric() const -> ClientMetric {
  ClientMetric metric;
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i <= Buckets; ++i) {
    sum += counts_[i].load(std::memory_order_relaxed);
    const auto upper = i < Buckets ? upper_[i] : std::numeric_limits<double>::infinity();
    metric.histogram.bucket.push_back({sum, upper});
  }
  metric.histogram.sample_count = sum;
  metric.histogram.sample_sum = sum_.load(std::memory_order_relaxed);
  return metric;
}

void commit_histograms::committed(const journal::commit_sample& sample) noexcept {
  records.add(static_cast<double>(sample.records));
  sync_seconds.add(static_cast<double>(sample.sync.count()) / nanoseconds_a_second);
}

engine_collector::engine_collector(actors::engine& engine, const journal::journal_metrics& journal,
                                   std::shared_ptr<const commit_histograms> commits, const payments::gateway* gateway)
    : engine_{engine}, journal_{journal}, commits_{std::move(commits)}, gateway_{gateway} {}

void engine_collector::add_engine(std::vector<MetricFamily>& to) const {
  const auto& of = engine_.metrics();
  to.push_back(counter("holdfast_holds_total", "Holds created", as_double(of.holds)));
  to.push_back(counter("holdfast_hold_extensions_total", "Holds extended", as_double(of.extensions)));
  to.push_back(counter("holdfast_confirms_total", "Holds that became orders", as_double(of.confirms)));
  to.push_back(counter("holdfast_admissions_total", "Tickets admitted at doors", as_double(of.admissions)));
  to.push_back(counter("holdfast_admissions_undone_total", "Admissions taken back", as_double(of.admissions_undone)));
  to.push_back(counter("holdfast_ticket_transfers_total", "Tickets that got a new code, and mostly another holder",
                       as_double(of.ticket_transfers)));
  to.push_back(counter("holdfast_releases_total", "Holds released", as_double(of.releases)));
  to.push_back(counter("holdfast_expiries_total", "Holds expired", as_double(of.expiries)));
  to.push_back(counter("holdfast_conflicts_total", "Holds refused because a place was taken", as_double(of.conflicts)));
  to.push_back(counter("holdfast_rejections_total", "Commands refused by a decision", as_double(of.rejections)));
  to.push_back(counter("holdfast_replays_total", "Remembered answers given again", as_double(of.replays)));
  to.push_back(counter("holdfast_rejected_overload_total", "Requests refused for want of an in-flight credit",
                       as_double(of.refused_overload)));
  to.push_back(counter("holdfast_refused_total", "Requests refused while draining, latched, or low on disk",
                       as_double(of.refused_other)));
  to.push_back(counter("holdfast_events_loaded_total", "Events loaded into memory", as_double(of.events_loaded)));
  to.push_back(counter("holdfast_event_load_failures_total", "Events whose journal could not be folded",
                       as_double(of.load_failures)));
  to.push_back(counter("holdfast_snapshots_total", "Snapshots made", as_double(of.snapshots)));
  to.push_back(
      gauge("holdfast_events_in_memory", "Events with an actor", static_cast<double>(engine_.loaded_events())));
  to.push_back(
      gauge("holdfast_mailbox_depth", "Commands in flight in all actors", static_cast<double>(engine_.in_flight())));
}

void engine_collector::add_rooms(std::vector<MetricFamily>& to) const {
  const auto& of = engine_.metrics();
  const auto now = engine_.room_totals();
  constexpr double thousandths = 1'000;
  to.push_back(gauge("holdfast_queue_rooms", "Waiting rooms in memory", static_cast<double>(now.rooms)));
  to.push_back(gauge("holdfast_queue_waiting", "People in the lines of all waiting rooms, the silent included",
                     static_cast<double>(now.waiting)));
  to.push_back(
      gauge("holdfast_queue_inside", "People who were let in and are not done", static_cast<double>(now.inside)));
  to.push_back(
      gauge("holdfast_queue_pace_ratio",
            "Share of its rate at which the slowest waiting room lets people in: less than 1 while its event is behind",
            now.pace_permille / thousandths));
  to.push_back(counter("holdfast_queue_joins_total", "Places given", as_double(of.queue_joins)));
  to.push_back(counter("holdfast_queue_admitted_total", "People let in", as_double(of.queue_admitted)));
  to.push_back(counter("holdfast_queue_polls_total", "Polls of places", as_double(of.queue_polls)));
  to.push_back(
      counter("holdfast_queue_ticks_total", "Looks of waiting rooms for what is due", as_double(of.queue_ticks)));
  to.push_back(counter("holdfast_queue_unadmitted_holds_total",
                       "Holds that an event refused because its waiting room had not let the buyer in, or not any more",
                       as_double(of.holds_unadmitted)));
  MetricFamily estimates{"holdfast_queue_estimates_total",
                         "Estimates of some people's turns, by whether they came within the range, before or after it",
                         MetricType::Counter,
                         {}};
  for (const auto& [name, count] :
       {std::pair{"inside", as_double(of.queue_eta_inside)}, std::pair{"early", as_double(of.queue_eta_early)},
        std::pair{"late", as_double(of.queue_eta_late)}}) {
    ClientMetric metric;
    metric.label.push_back({"outcome", name});
    metric.counter.value = count;
    estimates.metric.push_back(std::move(metric));
  }
  to.push_back(std::move(estimates));
}

void engine_collector::add_payments(std::vector<MetricFamily>& to) const {
  const auto& of = engine_.metrics();
  to.push_back(counter("holdfast_payments_total", "Payments by card that were begun", as_double(of.payments_begun)));
  to.push_back(
      counter("holdfast_payments_captured_total", "Payments that became paid orders", as_double(of.payments_captured)));
  to.push_back(counter("holdfast_payments_declined_total", "Payments declined by the gateway or a bank",
                       as_double(of.payments_declined)));
  to.push_back(counter("holdfast_payments_refunded_total", "Orders given back by their organiser",
                       as_double(of.payments_refunded)));
  to.push_back(counter("holdfast_payments_failed_total", "Payments that came to nothing otherwise",
                       as_double(of.payments_failed)));
  to.push_back(counter("holdfast_payments_mismatched_total",
                       "Payments of which the gateway had another amount or currency: to be looked at",
                       as_double(of.payments_mismatched)));
  to.push_back(gauge("holdfast_payments_open", "Payments that have not ended", as_double(of.payments_open)));
  to.push_back(gauge("holdfast_payments_stuck", "Open payments whose step was tried several times in vain",
                     as_double(of.payments_stuck)));
  MetricFamily verdicts{"holdfast_payments_scored_total",
                        "Payments by the verdict they were scored with, the event's own among them",
                        MetricType::Counter,
                        {}};
  for (const auto& [name, count] :
       {std::pair{"allow", as_double(of.payments_allowed)}, std::pair{"review", as_double(of.payments_to_review)},
        std::pair{"deny", as_double(of.payments_denied)}}) {
    ClientMetric metric;
    metric.label.push_back({"verdict", name});
    metric.counter.value = count;
    verdicts.metric.push_back(std::move(metric));
  }
  to.push_back(std::move(verdicts));
  to.push_back(counter("holdfast_scoring_failures_total", "Questions to the scoring hook that ended without a verdict",
                       as_double(of.scorings_failed)));
  ClientMetric asked;
  asked.summary.sample_count = of.scorings.load(std::memory_order_relaxed);
  asked.summary.sample_sum = as_double(of.scoring_nanoseconds) / nanoseconds_a_second;
  to.push_back({"holdfast_scoring_seconds",
                "Seconds until the scoring hook had answered, or was not waited for any longer",
                MetricType::Summary,
                {std::move(asked)}});
  to.push_back(counter("holdfast_payment_notifications_total", "Notifications of the gateway that were taken",
                       as_double(of.payment_notifications)));
  to.push_back(counter("holdfast_payment_notifications_refused_total", "Notifications with a bad signature or body",
                       as_double(of.payment_notifications_refused)));
}

void engine_collector::add_gateway(std::vector<MetricFamily>& to) const {
  if (gateway_ == nullptr) {
    return;
  }
  const auto now = gateway_->status();
  to.push_back(gauge("holdfast_gateway_circuit_open", "1 while no call is made: the gateway has failed too often",
                     now.circuit == payments::circuit_state::open ? 1 : 0));
  to.push_back(counter("holdfast_gateway_circuit_opened_total", "Times that the circuit opened",
                       static_cast<double>(now.circuit_opened)));
  to.push_back(gauge("holdfast_gateway_calls_in_flight", "Calls of the gateway that have no outcome yet",
                     static_cast<double>(now.in_flight)));
  to.push_back(counter("holdfast_gateway_requests_total", "Requests sent to the gateway, repetitions included",
                       static_cast<double>(now.requests)));
  to.push_back(counter("holdfast_gateway_calls_total", "Calls of the gateway that were asked for",
                       static_cast<double>(now.calls)));
  MetricFamily outcomes{
      "holdfast_gateway_not_done_total", "Calls of the gateway that did not simply succeed", MetricType::Counter, {}};
  for (const auto& [name, count] : {std::pair{"declined", now.declined}, std::pair{"refused", now.refused},
                                    std::pair{"rejected", now.rejected}, std::pair{"unknown", now.unknown}}) {
    ClientMetric metric;
    metric.label.push_back({"outcome", name});
    metric.counter.value = static_cast<double>(count);
    outcomes.metric.push_back(std::move(metric));
  }
  to.push_back(std::move(outcomes));
}

void engine_collector::add_journal(std::vector<MetricFamily>& to) const {
  const auto& of = journal_;
  to.push_back(counter("holdfast_journal_records_total", "Facts made durable", as_double(of.records)));
  to.push_back(gauge("holdfast_journal_queue_depth", "Appends waiting for the writer", as_double(of.queue_depth)));
  to.push_back(gauge("holdfast_journal_head_position", "Newest durable commit", as_double(of.head_position)));
  to.push_back(gauge("holdfast_journal_latched", "1 after a storage error: selling is off until a restart",
                     of.latched.load(std::memory_order_relaxed) ? 1 : 0));
  to.push_back(gauge("holdfast_disk_free_ratio", "Free share of the journal's disk", as_double(of.disk_free_ratio)));
  to.push_back(gauge("holdfast_recovery_seconds", "How long opening the journal took",
                     as_double(of.recovery_nanoseconds) / nanoseconds_a_second));
  to.push_back(
      {"holdfast_journal_batch_records", "Facts a sync", MetricType::Histogram, {commits_->records.family_metric()}});
  to.push_back({"holdfast_journal_sync_seconds",
                "Seconds a synced write took",
                MetricType::Histogram,
                {commits_->sync_seconds.family_metric()}});
}

void engine_collector::add_projections(std::vector<MetricFamily>& to) const {
  const auto& views = engine_.views();
  const auto& of = views.metrics();
  to.push_back(counter("holdfast_double_sales_detected_total", "Facts that give a place to two owners; must be 0",
                       as_double(of.double_sales_detected)));
  to.push_back(counter("holdfast_contradictions_detected_total", "Facts that cannot follow the ones before; must be 0",
                       as_double(of.contradictions_detected)));
  add_reads(views, to);
  to.push_back(gauge("holdfast_prewarmed_events", "Events whose views are made before anybody asks for them",
                     as_double(of.events_prewarmed)));
  add_live(of, to);
  to.push_back(gauge("holdfast_live_holds", "Holds that are live in all events", as_double(of.live_holds)));
  to.push_back(gauge("holdfast_orders", "Orders in all events", as_double(of.orders)));
  if (const auto search = views.search_state(); search.counts != nullptr) {
    to.push_back(counter("holdfast_search_cache_hits_total", "Searches and suggestions answered with an encoded body",
                         as_double(search.counts->cache_hits)));
    to.push_back(counter("holdfast_search_cache_misses_total", "Searches and suggestions that were worked out",
                         as_double(search.counts->cache_misses)));
    to.push_back(counter("holdfast_search_refused_total", "Searches without an answer: a full read pool, or no index",
                         as_double(search.counts->refused)));
    to.push_back(counter("holdfast_search_partial_total", "Searches whose time was up before every event was looked at",
                         as_double(search.counts->partial)));
    to.push_back(counter("holdfast_search_corrected_total", "Searches with a word in another spelling",
                         as_double(search.counts->corrected)));
    to.push_back(
        gauge("holdfast_search_cache_bytes", "Encoded answers that are kept", as_double(search.counts->cache_bytes)));
    to.push_back(gauge("holdfast_search_documents", "Events in the search index, drafts included",
                       static_cast<double>(search.documents)));
    to.push_back(gauge("holdfast_search_writer_queue", "Jobs that wait for the search index's thread",
                       static_cast<double>(search.queued)));
  }
  MetricFamily lag{"holdfast_projection_lag_seconds", "Age of the oldest fact not yet folded", MetricType::Gauge, {}};
  MetricFamily state{"holdfast_projection_stopped", "1 when a projection has stopped", MetricType::Gauge, {}};
  MetricFamily ended{"holdfast_projection_checkpoints_ended",
                     "1 when a projection lives from memory because its store failed",
                     MetricType::Gauge,
                     {}};
  for (const auto& projection : views.status()) {
    ClientMetric metric;
    metric.label.push_back({"projection", std::string{projection.name}});
    metric.gauge.value = static_cast<double>(projection.lag.count) / 1000;
    lag.metric.push_back(metric);
    metric.gauge.value = projection.state == projections::runner_state::stopped ? 1 : 0;
    state.metric.push_back(metric);
    metric.gauge.value = projection.checkpoints_ended ? 1 : 0;
    ended.metric.push_back(std::move(metric));
  }
  to.push_back(std::move(lag));
  to.push_back(std::move(state));
  to.push_back(std::move(ended));
}

auto engine_collector::Collect() const -> std::vector<MetricFamily> {
  std::vector<MetricFamily> all;
  add_engine(all);
  add_rooms(all);
  add_payments(all);
  add_gateway(all);
  add_journal(all);
  add_projections(all);
  return all;
}

} // namespace holdfast::tools
