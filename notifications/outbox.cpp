#include "notifications/outbox.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace holdfast::notifications {

namespace {

auto wall_clock_ms() -> std::int64_t {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

} // namespace

outbox::outbox(const settings& how, parts with, std::unique_ptr<people::durable_map> store)
    : how_{how},
      with_{std::move(with)},
      store_{std::move(store)},
      shared_{.store = *store_,
              .wire = wire_,
              .stories = *with_.stories,
              .people = with_.people,
              .later = [this](std::function<void()> what) { static_cast<void>(ask(std::move(what))); },
              .now_ms = &wall_clock_ms},
      follower_{with_.journal, *store_, with_.journal_identity},
      mails_{how_.mail, shared_, counts_},
      webhooks_{how_.webhooks, shared_, counts_, with_.secret} {}

auto outbox::start(const settings& how, parts with) -> tl::expected<std::unique_ptr<outbox>, std::string> {
  auto store = people::durable_map::open(with.folder);
  if (!store) {
    return tl::unexpected{std::move(store.error())};
  }
  std::unique_ptr<outbox> made{new outbox{how, std::move(with), std::move(*store)}};
  for (const auto& ready : {made->follower_.open(), made->mails_.load(), made->webhooks_.load()}) {
    if (!ready) {
      return tl::unexpected{ready.error()};
    }
  }
  if (made->mails_.sends()) {
    made->wake_follower();
  }
  made->thread_ = std::thread{[self = made.get()] { self->run(); }};
  return made;
}

outbox::~outbox() {
  stop();
}

void outbox::stop() {
  {
    const std::scoped_lock lock{mutex_};
    ended_ = true;
  }
  wire_.wake();
  if (thread_.joinable()) {
    thread_.join();
  }
  std::unique_lock lock{mutex_};
  read_ended_.wait(lock, [this] { return readings_ == 0; });
  // Whoever still waits for an answer is told by its going away.
  std::vector<std::function<void()>> left;
  left.swap(asked_);
}

auto outbox::ask(std::function<void()> what) -> bool {
  {
    const std::scoped_lock lock{mutex_};
    if (ended_) {
      return false;
    }
    asked_.push_back(std::move(what));
  }
  wire_.wake();
  return true;
}

void outbox::run() {
  for (;;) {
    {
      const std::scoped_lock lock{mutex_};
      if (ended_) {
        return;
      }
    }
    run_asked();
    if (counts_.broken == 0) {
      follow();
      mails_.start_due();
      webhooks_.start_due();
    }
    wire_.run(wait());
  }
}

void outbox::run_asked() {
  std::vector<std::function<void()>> taken;
  {
    const std::scoped_lock lock{mutex_};
    taken.swap(asked_);
  }
  for (const auto& each : taken) {
    each();
  }
}

auto outbox::wait() const -> std::chrono::milliseconds {
  const auto now = wall_clock_ms();
  auto longest = look_every;
  for (const auto& due : {mails_.next_due_ms(), webhooks_.next_due_ms()}) {
    if (due) {
      longest = std::clamp(std::chrono::milliseconds{*due - now}, std::chrono::milliseconds{0}, longest);
    }
  }
  return longest;
}

/// Whoever has nobody to tell anything does not read along: that would cost sales a part of a processor.
void outbox::wake_follower() {
  if (!follower_.rests()) {
    return;
  }
  if (const auto begun = follower_.begin(); !begun) {
    spdlog::error("notifications: nothing is told: {}", begun.error());
    counts_.broken = 1;
  }
}

void outbox::follow() {
  if (mails_.sends() || !webhooks_.empty() || (with_.people != nullptr && with_.people->is_used())) {
    wake_follower();
  }
  const bool is_behind = reading_ || follower_.is_behind();
  counts_.behind = is_behind ? 1 : 0;
  if (is_behind && !reading_ && std::chrono::steady_clock::now() >= not_before_) {
    read_on();
  }
}

void outbox::read_on() {
  reading_ = true;
  {
    const std::scoped_lock lock{mutex_};
    ++readings_;
  }
  follower_.read([this](tl::expected<follower::part, journal::failure> read) {
    static_cast<void>(ask([this, read = std::move(read)] { take(read); }));
    const std::scoped_lock lock{mutex_};
    --readings_;
    read_ended_.notify_all();
  });
}

void outbox::take(const tl::expected<follower::part, journal::failure>& read) {
  constexpr std::chrono::seconds after_failure{1};
  reading_ = false;
  if (!read) {
    spdlog::warn("notifications: the journal cannot be read: {}", read.error().detail);
    not_before_ = std::chrono::steady_clock::now() + after_failure;
    return;
  }
  people::map_changes changes;
  for (const auto& each : read->notices) {
    mails_.queue(each, changes);
    webhooks_.queue(each, changes);
  }
  follower_.take(changes);
  if (const auto written = store_->write(changes); !written) {
    spdlog::error("notifications: nothing is told any more: {}", written.error());
    counts_.broken = 1;
    return;
  }
  mails_.admit();
  if (with_.people != nullptr) {
    forget(*read);
  }
}

void outbox::forget(const follower::part& what) {
  for (const auto& order : what.over) {
    with_.people->forget(order, [](people::personal_data::outcome) {});
  }
  for (const auto& each : what.served) {
    with_.people->drop(people::person::buyer(each.who), people::order_ref::waitlist_of(each.event), each.attempt,
                       [](people::personal_data::outcome) {});
  }
}

void outbox::create_webhook(new_webhook what, created done) {
  if (!ask([this, what = std::move(what), done] {
        wake_follower(); // before anybody can rely on being told
        webhooks_.create(what, done);
      })) {
    done(creation::failed, {});
  }
}

void outbox::webhooks_of(domain::organisation_id whose, webhook_list done) {
  if (!ask([this, whose, done] { done(webhooks_.list(whose)); })) {
    done(std::nullopt);
  }
}

void outbox::remove_webhook(domain::organisation_id whose, std::uint64_t id, std::function<void(outcome)> done) {
  if (!ask([this, whose, id, done] { done(webhooks_.remove(whose, id)); })) {
    done(outcome::failed);
  }
}

void outbox::deliveries_of(domain::organisation_id whose, std::uint64_t id, std::string after, std::size_t limit,
                           deliveries_read done) {
  if (!ask([this, whose, id, after = std::move(after), limit, done] {
        auto [how, page] = webhooks_.read(whose, id, after, limit);
        done(how, std::move(page));
      })) {
    done(outcome::failed, {});
  }
}

void outbox::redeliver(domain::organisation_id whose, std::uint64_t id, std::uint64_t from_seq,
                       std::optional<domain::event_id> event, std::function<void(outcome, std::uint64_t)> done) {
  if (!ask([this, whose, id, from_seq, event, done] {
        const auto [how, count] = webhooks_.redeliver(whose, id, from_seq, event);
        done(how, count);
      })) {
    done(outcome::failed, 0);
  }
}

void outbox::report_mail(std::size_t limit, std::function<void(std::optional<mail_report>)> done) {
  if (!ask([this, limit, done] { done(mails_.report(limit)); })) {
    done(std::nullopt);
  }
}

void outbox::retry_mail(std::optional<mail_name> which, std::function<void(std::optional<std::uint64_t>)> done) {
  if (!ask([this, which, done] { done(mails_.retry(which)); })) {
    done(std::nullopt);
  }
}

} // namespace holdfast::notifications
