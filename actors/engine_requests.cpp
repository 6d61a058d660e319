#include "actors/engine_parts.hpp"
#include "journal/codec.hpp"
#include "journal/kept_backups.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

namespace holdfast::actors {

namespace {

auto hex(const journal::chain_hash& hash) -> std::string {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * hash.size());
  for (const auto byte : hash) {
    text.push_back(digits[byte >> 4U]);
    text.push_back(digits[byte & 15U]);
  }
  return text;
}

} // namespace

void engine::submit(domain::event_id event, domain::command what, request_meta meta, reply_port reply) noexcept {
  if (parts_->refuses_as_absent(meta, reply)) {
    return;
  }
  const auto times = request_times::submitted_now(meta);
  parts_->events->submit(
      event, {.what = std::move(what), .wish = {}, .meta = std::move(meta), .reply = std::move(reply), .times = times});
}

void engine::submit(domain::event_id event, domain::command what, domain::hold_wish wish, request_meta meta,
                    reply_port reply) noexcept {
  if (parts_->refuses_as_absent(meta, reply)) {
    return;
  }
  const auto times = request_times::submitted_now(meta);
  parts_->events->submit(event, {.what = std::move(what),
                                 .wish = std::move(wish),
                                 .meta = std::move(meta),
                                 .reply = std::move(reply),
                                 .times = times});
}

void engine::submit(domain::organisation_id organisation, domain::organisation_command what, request_meta meta,
                    reply_port reply) noexcept {
  if (parts_->refuses_as_absent(meta, reply)) {
    return;
  }
  const auto times = request_times::submitted_now(meta);
  parts_->organisations->submit(
      organisation, {.what = std::move(what), .meta = std::move(meta), .reply = std::move(reply), .times = times});
}

auto engine::rooms() noexcept -> queue_port& {
  return *parts_->rooms;
}

auto engine::room_totals() const -> queue_totals {
  return parts_->rooms ? parts_->rooms->totals() : queue_totals{};
}

auto engine::directory() const -> std::shared_ptr<const directory_view> {
  return parts_->directory.view();
}

void engine::on_directory_change(std::function<void()> handler) {
  parts_->directory.on_change(std::move(handler));
}

void engine::parts::read_stream(journal::stream_id stream, std::uint64_t from_seq, std::size_t limit,
                                std::function<void(tl::expected<fact_page, refusal>)> done) noexcept {
  struct reading {
    fact_page page;
    std::size_t bytes = 0;
    bool failed = false;
  };

  auto at = std::make_shared<reading>();
  journal.read(
      stream, from_seq,
      [at, limit](std::span<const journal::record_view> records) {
        for (const auto& record : records) {
          auto& page = at->page;
          at->bytes += record.bytes.size();
          page.more =
              page.lines.size() == limit || (!page.lines.empty() && at->bytes > engine_port::fact_page_bytes_max);
          if (page.more) {
            return false;
          }
          auto fact = journal::decode_fact(record);
          if (!fact) {
            at->failed = true;
            return false;
          }
          page.lines.push_back({.seq = record.header.seq,
                                .type = journal::fact_name(record.header.type),
                                .what = std::move(*fact),
                                .trace = record.header.trace,
                                .hash_hex = hex(journal::hash_record(record.bytes)),
                                .previous_hex = hex(record.header.previous)});
        }
        return true;
      },
      // Where only parts of the journal can be read, or none, facts that do not come are not facts that are not there.
      [at, lost = journal.is_absent(),
       done = std::move(done)](const tl::expected<journal::cursor, journal::failure>& ended) {
        if (at->failed || (!ended && ended.error().kind == journal::failure_kind::corrupt)) {
          done(tl::unexpected{refusal::unreadable});
        } else if (!ended) {
          done(tl::unexpected{refusal::overloaded});
        } else if (lost && at->page.lines.empty()) {
          done(tl::unexpected{refusal::journal_unavailable});
        } else {
          done(std::move(at->page));
        }
      });
}

void engine::remembers(domain::event_id event, domain::subject_id principal, domain::command_id command,
                       std::function<void(bool)> done) noexcept {
  const auto tell =
      [done = std::move(done)](const tl::expected<std::optional<journal::remembered_answer>, journal::failure>& found) {
        done(found && found->has_value());
      };
  parts_->journal.find_answer({journal::stream_kind::event, event.value()}, principal, command, now(), tell);
}

void engine::read_facts(domain::event_id event, std::uint64_t from_seq, std::size_t limit,
                        std::function<void(tl::expected<fact_page, refusal>)> done) noexcept {
  parts_->read_stream({journal::stream_kind::event, event.value()}, from_seq, limit, std::move(done));
}

void engine::read_room_facts(domain::event_id event, std::uint64_t from_seq, std::size_t limit,
                             std::function<void(tl::expected<fact_page, refusal>)> done) noexcept {
  parts_->read_stream({journal::stream_kind::queue, event.value()}, from_seq, limit, std::move(done));
}

void engine::backup(std::function<void(backup_result)> done) noexcept {
  auto& my = *parts_;
  const auto directory = my.options.backups / journal::backup_name(now().unix_ms);
  auto shared_done = std::make_shared<std::function<void(backup_result)>>(std::move(done));
  const bool queued = my.journal.run_on_read_pool([&my, directory, shared_done] {
    std::error_code failed;
    std::filesystem::create_directories(directory.parent_path(), failed);
    const auto position = my.journal.end();
    const auto copied = my.journal.checkpoint(directory.string());
    backup_result result;
    result.ok = copied.has_value();
    result.detail = copied ? directory.string() : copied.error().detail;
    result.cursor = position.text();
    // Only behind a new copy that is whole.
    if (copied) {
      journal::remove_old_backups(my.options.backups, my.options.backups_kept, directory.filename().string());
    }
    (*shared_done)(std::move(result));
  });
  if (!queued) {
    backup_result busy;
    busy.detail = "the read pool is full, try again";
    (*shared_done)(std::move(busy));
  }
}

auto engine::ready() const -> readiness {
  const auto& my = *parts_;
  readiness now;
  const auto note = [&now](bool bad, const char* why) {
    if (bad) {
      now.reasons.emplace_back(why);
    }
  };
  note(my.gate.draining(), "draining");
  const bool shows_only = !my.options.shows_only.empty();
  if (shows_only) {
    now.reasons.push_back("the journal was refused at the start, and this server only shows what was there: " +
                          my.options.shows_only);
  }
  note(!shows_only && my.journal.mode() == journal::journal_mode::latched,
       "the journal has failed: selling is off until a restart");
  note(my.gate.clock_unsure(), "the clock is far ahead of the newest fact: waiting for an operator's word");
  note(!shows_only && (!my.views || !my.views->caught_up()), "projections are catching up with the journal");
  now.ready = now.reasons.empty();
  return now;
}

auto engine::now() const noexcept -> domain::instant {
  return parts_->clock->now();
}

auto engine::projections() const -> std::vector<projection_line> {
  std::vector<projection_line> all;
  for (const auto& its : parts_->views->status()) {
    all.push_back({.name = std::string{its.name},
                   .state = std::string{projections::to_text(its.state)},
                   .reason = its.reason,
                   .caught_up = its.caught_up,
                   .lag = its.lag,
                   .commands = its.folded,
                   .rebuilding = its.rebuilding,
                   .checkpoints_ended = its.checkpoints_ended});
  }
  return all;
}

auto engine::rebuild_projection(std::string_view name) -> rebuild_outcome {
  const auto all = parts_->views->status();
  if (std::ranges::none_of(all, [&](const auto& its) { return its.name == name; })) {
    return rebuild_outcome::unknown;
  }
  if (!parts_->options.shows_only.empty()) {
    return rebuild_outcome::no_journal;
  }
  return parts_->views->rebuild(name) ? rebuild_outcome::begun : rebuild_outcome::under_way;
}

auto engine::ends_holds() const noexcept -> bool {
  return parts_->gate.expires();
}

auto engine::views() noexcept -> projections::views_impl& {
  return *parts_->views;
}

auto engine::metrics() const noexcept -> const engine_metrics& {
  return parts_->metrics;
}

auto engine::in_flight() const -> std::size_t {
  return parts_->events
             ? parts_->events->in_flight() + parts_->organisations->in_flight() + parts_->checkouts->in_flight()
             : 0;
}

auto engine::loaded_events() const noexcept -> std::size_t {
  return parts_->events ? parts_->events->loaded() : 0;
}

} // namespace holdfast::actors
