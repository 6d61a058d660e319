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
  parts_->events->submit(event, {.what = std::move(what), .wish = {}, .meta = meta, .reply = std::move(reply)});
}

void engine::submit(domain::event_id event, domain::command what, domain::hold_wish wish, request_meta meta,
                    reply_port reply) noexcept {
  if (parts_->refuses_as_absent(meta, reply)) {
    return;
  }
  what.body = domain::hold_seats{};
  parts_->events->submit(event,
                         {.what = std::move(what), .wish = std::move(wish), .meta = meta, .reply = std::move(reply)});
}

void engine::submit(domain::organisation_id organisation, domain::organisation_command what, request_meta meta,
                    reply_port reply) noexcept {
  if (parts_->refuses_as_absent(meta, reply)) {
    return;
  }
  parts_->organisations->submit(organisation, {.what = std::move(what), .meta = meta, .reply = std::move(reply)});
}

auto engine::directory() const -> std::shared_ptr<const directory_view> {
  return parts_->directory.view();
}

void engine::on_directory_change(std::function<void()> handler) {
  parts_->directory.on_change(std::move(handler));
}

void engine::read_facts(domain::event_id event, std::uint64_t from_seq, std::size_t limit,
                        std::function<void(std::optional<std::vector<fact_line>>)> done) noexcept {
  struct reading {
    std::vector<fact_line> lines;
    bool failed = false;
  };

  auto at = std::make_shared<reading>();
  parts_->journal.read(
      {journal::stream_kind::event, event.value()}, from_seq,
      [at, limit](std::span<const journal::record_view> records) {
        for (const auto& record : records) {
          if (at->lines.size() == limit) {
            return false;
          }
          auto fact = journal::decode_fact(record);
          if (!fact) {
            at->failed = true;
            return false;
          }
          at->lines.push_back({.seq = record.header.seq,
                               .type = journal::fact_name(record.header.type),
                               .what = std::move(*fact),
                               .trace = record.header.trace,
                               .hash_hex = hex(journal::hash_record(record.bytes)),
                               .previous_hex = hex(record.header.previous)});
        }
        return at->lines.size() < limit;
      },
      [at, done = std::move(done)](const tl::expected<journal::cursor, journal::failure>& ended) {
        if (!ended || at->failed) {
          done(std::nullopt);
          return;
        }
        done(std::move(at->lines));
      });
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
                   .rebuilding = its.rebuilding});
  }
  return all;
}

auto engine::rebuild_projection(std::string_view name) -> rebuild_outcome {
  const auto all = parts_->views->status();
  if (std::ranges::none_of(all, [&](const auto& its) { return its.name == name; })) {
    return rebuild_outcome::unknown;
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
  return parts_->events ? parts_->events->in_flight() + parts_->organisations->in_flight() : 0;
}

auto engine::loaded_events() const noexcept -> std::size_t {
  return parts_->events ? parts_->events->loaded() : 0;
}

} // namespace holdfast::actors
