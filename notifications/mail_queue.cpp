#include "notifications/mail_queue.hpp"

#include "notifications/mail_message.hpp"
#include "notifications/mail_text.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace holdfast::notifications {

namespace {

/// For what is not the mail server's fault, and will pass.
constexpr std::int64_t soon_ms = 1'000;

/// Whether a mail server says that this mailbox takes no mail, now or ever; what is wrong with us (530 … 538: credentials) will be mended.
auto is_final(long status) -> bool {
  constexpr long first = 550;
  constexpr long last = 559;
  return status >= first && status <= last;
}

} // namespace

mail_queue::mail_queue(const mail_settings& how, channel_parts& with, outbox_metrics& counts)
    : how_{how}, with_{with}, counts_{counts} {}

auto mail_queue::load() -> tl::expected<void, std::string> {
  auto read = with_.store.scan(rows::waiting_mails, {}, [&](std::string_view, std::string_view value) {
    if (auto row = rows::decode_mail(value)) {
      queued_.push_back(std::move(*row));
    }
    return true;
  });
  if (read) {
    admit();
    read = with_.store.scan(rows::dead_mails, {}, [&](std::string_view, std::string_view) {
      ++counts_.mails_dead;
      return true;
    });
  }
  return read;
}

void mail_queue::queue(const notice& about, people::map_changes& to) {
  if (!sends() || !is_about_order(about.kind)) {
    return;
  }
  rows::mail_row row;
  row.about = about;
  row.created_ms = with_.now_ms();
  to.put(rows::key_of_mail(about), rows::encode(row));
  queued_.push_back(std::move(row));
}

void mail_queue::admit() {
  for (auto& row : std::exchange(queued_, {})) {
    const auto name = rows::lane_of_mail(row.about);
    auto& into = lanes_[name];
    into.mails.push_back(std::move(row));
    ++counts_.mails_pending;
    if (into.mails.size() == 1) {
      make_due(name, into, with_.now_ms());
    }
  }
}

void mail_queue::make_due(const std::string& name, lane& of, std::int64_t at_ms) {
  due_.erase({of.due_ms, name});
  of.due_ms = at_ms;
  of.busy = false;
  due_.emplace(at_ms, name);
}

auto mail_queue::next_due_ms() const -> std::optional<std::int64_t> {
  const bool may_start = sends() && under_way_ < how_.connections_max && !due_.empty();
  return may_start ? std::optional{due_.begin()->first} : std::nullopt;
}

void mail_queue::start_due() {
  const auto now = with_.now_ms();
  while (sends() && under_way_ < how_.connections_max && !due_.empty() && due_.begin()->first <= now) {
    const auto name = due_.extract(due_.begin()).value().second;
    lanes_.at(name).busy = true;
    ++under_way_;
    begin(name);
  }
}

void mail_queue::begin(const std::string& name) {
  with_.stories.tell(lanes_.at(name).mails.front().about,
                     [this, name](story_source::outcome how, const std::shared_ptr<const story>& what) {
                       with_.later([this, name, how, what] { told(name, how, what); });
                     });
}

void mail_queue::told(const std::string& name, story_source::outcome how, const std::shared_ptr<const story>& what) {
  switch (how) {
  case story_source::outcome::later: return soon(name);
  case story_source::outcome::unknown: return give_up(name, "there is no such order");
  case story_source::outcome::ok: break;
  }
  // What was offered is bought, or gone: nobody is to hurry for it.
  if (lanes_.at(name).mails.front().about.offer && !what->offered_until) {
    return done(name, {});
  }
  address(name, what);
}

void mail_queue::address(const std::string& name, const std::shared_ptr<const story>& what) {
  const auto& about = lanes_.at(name).mails.front().about;
  if (with_.people == nullptr) {
    ++counts_.mails_unaddressed;
    return done(name, {});
  }
  // Whoever waits told with the very order that waits, and before there was a hold.
  const auto filed =
      about.offer ? people::order_ref::waitlist_of(about.event) : people::order_ref{about.event, about.order};
  const auto attempt = about.offer ? std::optional{about.offer->told} : std::nullopt;
  with_.people->find(filed, what->tellers, attempt,
                     [this, name, what](people::personal_data::outcome how, std::optional<people::contact> whom) {
                       with_.later([this, name, what, how, whom = std::move(whom)] {
                         if (how != people::personal_data::outcome::ok) {
                           soon(name);
                         } else if (!whom || whom->email.empty()) {
                           ++counts_.mails_unaddressed;
                           done(name, {});
                         } else {
                           send(name, *what, whom->email);
                         }
                       });
                     });
}

void mail_queue::send(const std::string& name, const story& what, const std::string& to) {
  const auto& about = lanes_.at(name).mails.front().about;
  auto said = mail_text_for(about, what);
  mail message;
  message.from = how_.from;
  message.from_name = how_.from_name;
  message.to = to;
  message.message_id = what.order_id + "." + std::to_string(about.seq) +
                       how_.from.substr(std::min(how_.from.find('@'), how_.from.size()));
  message.date = about.at;
  message.subject = std::move(said.subject);
  message.text = std::move(said.text);
  message.html = std::move(said.html);
  with_.wire.send_mail(how_.route, how_.from, to, encode(message), how_.within,
                       [this, name](const transfer_end& how) { sent(name, how); });
}

void mail_queue::sent(const std::string& name, const transfer_end& how) {
  if (how.accepted) {
    ++counts_.mails_sent;
    return done(name, {});
  }
  ++counts_.mails_failed;
  // What a server said is not repeated: it may name whom the mail was for.
  auto trouble = how.status != 0 ? "the mail server answered " + std::to_string(how.status)
                                 : std::string{"the mail server cannot be reached"};
  spdlog::warn("notifications: a mail was not sent: {}", trouble);
  if (is_final(how.status)) {
    return give_up(name, std::move(trouble));
  }
  again(name, std::move(trouble));
}

void mail_queue::soon(const std::string& name) {
  --under_way_;
  make_due(name, lanes_.at(name), with_.now_ms() + soon_ms);
}

void mail_queue::again(const std::string& name, std::string trouble) {
  auto& its = lanes_.at(name);
  auto& mail = its.mails.front();
  ++mail.attempts;
  mail.trouble = std::move(trouble);
  if (with_.now_ms() - std::max(mail.created_ms, mail.retried_ms) >= how_.retry.give_up.count()) {
    return give_up(name, std::move(mail.trouble));
  }
  people::map_changes changes;
  changes.put(rows::key_of_mail(mail.about), rows::encode(mail));
  static_cast<void>(write(changes));
  --under_way_;
  make_due(name, its, with_.now_ms() + pause_after(mail.attempts, how_.retry, with_.share()).count());
}

void mail_queue::give_up(const std::string& name, std::string trouble) {
  auto row = lanes_.at(name).mails.front();
  row.trouble = std::move(trouble);
  row.given_up_ms = with_.now_ms();
  people::map_changes changes;
  changes.put(rows::key_of_dead_mail(row), rows::encode(row));
  ++counts_.mails_dead;
  if (counts_.mails_dead > dead_kept_max) {
    static_cast<void>(with_.store.scan(rows::dead_mails, {}, [&](std::string_view oldest, std::string_view) {
      changes.remove(std::string{oldest});
      --counts_.mails_dead;
      return false;
    }));
  }
  done(name, std::move(changes));
}

void mail_queue::done(const std::string& name, people::map_changes changes) {
  auto& its = lanes_.at(name);
  changes.remove(rows::key_of_mail(its.mails.front().about));
  static_cast<void>(write(changes));
  its.mails.pop_front();
  --counts_.mails_pending;
  --under_way_;
  if (its.mails.empty()) {
    lanes_.erase(name);
  } else {
    make_due(name, its, with_.now_ms());
  }
}

auto mail_queue::write(const people::map_changes& what) -> bool {
  const auto written = with_.store.write(what);
  if (!written) {
    // Nothing is lost: at the next start it is sent again.
    spdlog::error("notifications: {}", written.error());
    counts_.broken = 1;
  }
  return written.has_value();
}

void mail_queue::insert(rows::mail_row row) {
  const auto name = rows::lane_of_mail(row.about);
  auto& into = lanes_[name];
  const auto from = into.mails.begin() + (into.busy ? 1 : 0);
  const auto at = std::find_if(from, into.mails.end(),
                               [&](const rows::mail_row& other) { return other.about.seq > row.about.seq; });
  const bool is_next = at == into.mails.begin();
  into.mails.insert(at, std::move(row));
  ++counts_.mails_pending;
  if (is_next) {
    make_due(name, into, with_.now_ms());
  }
}

auto mail_queue::retry(const std::optional<desk::mail_name>& which) -> std::optional<std::uint64_t> {
  people::map_changes changes;
  std::vector<rows::mail_row> again;
  const auto read = with_.store.scan(rows::dead_mails, {}, [&](std::string_view key, std::string_view value) {
    auto row = rows::decode_mail(value);
    if (row && (!which || (row->about.event == which->event && row->about.order == which->order &&
                           row->about.seq == which->seq))) {
      changes.remove(std::string{key});
      row->attempts = 0;
      row->given_up_ms = 0;
      row->retried_ms = with_.now_ms();
      changes.put(rows::key_of_mail(row->about), rows::encode(*row));
      again.push_back(std::move(*row));
    }
    return true;
  });
  if (!read || (!again.empty() && !write(changes))) {
    return std::nullopt;
  }
  const auto count = again.size();
  counts_.mails_dead -= count;
  for (auto& row : again) {
    insert(std::move(row));
  }
  return count;
}

auto mail_queue::report(std::size_t limit) const -> std::optional<desk::mail_report> {
  desk::mail_report made;
  made.sends = sends();
  made.pending = counts_.mails_pending;
  made.dead = counts_.mails_dead;
  std::deque<desk::dead_mail> newest;
  const auto read = with_.store.scan(rows::dead_mails, {}, [&](std::string_view, std::string_view value) {
    if (const auto row = rows::decode_mail(value)) {
      newest.push_front({row->about.event, row->about.order, row->about.seq, row->about.kind, row->attempts,
                         row->trouble, domain::instant{row->created_ms}, domain::instant{row->given_up_ms}});
      if (newest.size() > limit) {
        newest.pop_back();
      }
    }
    return true;
  });
  if (!read) {
    return std::nullopt;
  }
  made.newest_dead.assign(newest.begin(), newest.end());
  return made;
}

} // namespace holdfast::notifications
