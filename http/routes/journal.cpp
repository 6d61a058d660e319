#include "http/fact_json.hpp"
#include "http/routes/context.hpp"

#include <charconv>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

/// An event's journal, for its organisation's auditors: the facts as they are stored, each with its place in the hash chain.
namespace holdfast::http::routes {

namespace {

using actors::fact_page;
using facts_read = tl::expected<fact_page, actors::refusal>;

constexpr std::size_t facts_per_page = 100;
/// A page ends early once it has as many bytes. One fact alone may have more: a layout.
constexpr std::size_t page_bytes_max = std::size_t{256} * 1024;
/// Facts read at once while an event's beginning is gone through.
constexpr std::size_t facts_per_look = 200;

auto problem_of(actors::refusal why) noexcept -> problem_kind {
  switch (why) {
  case actors::refusal::unreadable: return problem_kind::event_unreadable;
  case actors::refusal::journal_unavailable: return problem_kind::journal_unavailable;
  default: return problem_kind::overloaded;
  }
}

/// What a page of facts is shown with.
struct event_frame {
  domain::organisation_id organisation;
  std::shared_ptr<const domain::layout> seats; ///< the layout that seats are counted in
};

/// Frames of events that were published, which never change. Thread-safe.
class frame_memory {
 public:
  [[nodiscard]] auto find(domain::event_id event) -> std::optional<event_frame> {
    const std::lock_guard lock{mutex_};
    const auto known = frames_.find(event);
    return known == frames_.end() ? std::nullopt : std::optional{known->second};
  }

  void keep(domain::event_id event, const event_frame& frame) {
    const std::lock_guard lock{mutex_};
    if (!frames_.try_emplace(event, frame).second) {
      return;
    }
    order_.push_back(event);
    if (order_.size() > frames_max) {
      frames_.erase(order_.front());
      order_.pop_front();
    }
  }

 private:
  static constexpr std::size_t frames_max = 16; ///< up to some 3 MiB each: a layout

  std::mutex mutex_;
  std::unordered_map<domain::event_id, event_frame> frames_;
  std::list<domain::event_id> order_;
};

/// One request for a page, from the event's beginning to the answer.
class feed_reading : public std::enable_shared_from_this<feed_reading> {
 public:
  struct wish {
    domain::event_id event;
    std::uint64_t from_seq = 1;
    std::size_t limit = facts_per_page;
    bool of_room = false; ///< of the event's waiting room
  };

  feed_reading(const context& in, std::shared_ptr<frame_memory> frames, wish what, deferred&& to)
      : in_{in}, frames_{std::move(frames)}, wish_{what}, to_{std::move(to)} {}

  void start() {
    if (auto known = frames_->find(wish_.event)) {
      frame_ = std::move(*known);
      judge();
    } else {
      look(1);
    }
  }

 private:
  /// Goes through the event's facts up to its publication: from then on its layout is fixed.
  void look(std::uint64_t from) {
    in_.engine.read_facts(wish_.event, from, facts_per_look, [self = shared_from_this(), from](const facts_read& read) {
      if (!read) {
        self->refuse(problem_of(read.error()));
      } else {
        self->looked(from, *read);
      }
    });
  }

  void looked(std::uint64_t from, const fact_page& read) {
    bool published = false;
    for (const auto& line : read.lines) {
      if (const auto* created = std::get_if<domain::event_created>(&line.what.body)) {
        frame_ = {created->organisation, created->seats};
      } else if (const auto* replaced = std::get_if<domain::layout_replaced>(&line.what.body)) {
        frame_.seats = replaced->seats;
      } else if (std::holds_alternative<domain::event_published>(line.what.body)) {
        published = true;
        break;
      }
    }
    if (published) {
      frames_->keep(wish_.event, frame_);
    } else if (read.more) {
      look(from + read.lines.size());
      return;
    }
    judge();
  }

  void judge() {
    if (!frame_.organisation || frame_.organisation != to_->who().organisation) {
      refuse(problem_kind::not_found);
      return;
    }
    auto read = [self = shared_from_this()](const facts_read& got) {
      if (!got) {
        self->refuse(problem_of(got.error()));
      } else {
        self->answer(*got);
      }
    };
    if (wish_.of_room) {
      in_.engine.read_room_facts(wish_.event, wish_.from_seq, wish_.limit, std::move(read));
    } else {
      in_.engine.read_facts(wish_.event, wish_.from_seq, wish_.limit, std::move(read));
    }
  }

  void answer(const fact_page& read) {
    auto out = to_->json();
    out.begin_object().key("items").begin_array();
    std::size_t written = 0;
    while (written < read.lines.size() && (written == 0 || to_->answer().body().size() < page_bytes_max)) {
      write(out, read.lines[written++]);
    }
    out.end_array().key("next_cursor");
    if (written == read.lines.size() && !read.more) {
      out.null();
    } else {
      out.value(std::string_view{std::to_string(read.lines[written - 1].seq + 1)});
    }
    out.end_object();
    to_.complete();
  }

  void write(json_writer& out, const actors::fact_line& line) const {
    out.begin_object().member("seq", line.seq).member("type", line.type).key("time").time(line.what.time.unix_ms);
    write_words(out, "command_id", line.what.command.key, line.what.command.request);
    write_words(out, "trace_id", line.trace.high, line.trace.low);
    out.member("hash", std::string_view{line.hash_hex}).member("previous_hash", std::string_view{line.previous_hex});
    out.key("data");
    write_fact(out, line.what.body, in_.ids, wish_.event, frame_.seats.get());
    out.end_object();
  }

  /// 128 bits as 32 digits; null when there are none.
  static void write_words(json_writer& out, std::string_view name, std::uint64_t high, std::uint64_t low) {
    out.key(name);
    if (high == 0 && low == 0) {
      out.null();
      return;
    }
    trace_context words;
    words.trace_high = high;
    words.trace_low = low;
    out.value(std::string_view{words.trace_text()});
  }

  void refuse(problem_kind kind) {
    to_->refuse(kind);
    to_.complete();
  }

  const context& in_;
  std::shared_ptr<frame_memory> frames_;
  wish wish_;
  deferred to_;
  event_frame frame_;
};

/// `?from_seq=`, or `?cursor=`, which is the same: the seq to begin at.
auto from_seq_of(exchange& of) -> std::optional<std::uint64_t> {
  const auto from = of.query("from_seq");
  const auto cursor = of.query("cursor");
  const auto text = from ? from : cursor;
  if (!text) {
    return 1;
  }
  std::uint64_t seq = 0;
  const auto [end, failed] = std::from_chars(text->data(), text->data() + text->size(), seq);
  if (failed != std::errc{} || end != text->data() + text->size() || seq == 0 || (from && cursor)) {
    of.refuse(problem_kind::invalid_query, {.detail = "from_seq is a sequence number from 1 on"});
    return std::nullopt;
  }
  return seq;
}

/// `?stream=`: whether the waiting room's facts are asked for; answers 400 and returns nothing when it is neither that nor `event`.
auto wants_room(exchange& of) -> std::optional<bool> {
  const auto stream = of.query("stream");
  if (!stream || *stream == "event") {
    return false;
  }
  if (*stream == "queue") {
    return true;
  }
  of.refuse(problem_kind::invalid_query, {.detail = "stream is event or queue"});
  return std::nullopt;
}

void read_journal(exchange& ex, const context& in, const std::shared_ptr<frame_memory>& frames) {
  const auto event = only_queries(ex, {"from_seq", "cursor", "limit", "stream"}) ? event_of(ex, in) : std::nullopt;
  const auto from = event ? from_seq_of(ex) : std::nullopt;
  const auto limit = from ? limit_of(ex, facts_per_page) : std::nullopt;
  const auto of_room = limit ? wants_room(ex) : std::nullopt;
  if (of_room) {
    std::make_shared<feed_reading>(in, frames, feed_reading::wish{*event, *from, *limit, *of_room}, ex.defer())
        ->start();
  }
}

} // namespace

void add_journal(router& table, const context& in) {
  table.add({.verb = method::get,
             .pattern = "/v1/events/{event}/journal",
             .who = permission::key(domain::key_scope::audit),
             .run = [&in, frames = std::make_shared<frame_memory>()](exchange& ex) { read_journal(ex, in, frames); }});
}

} // namespace holdfast::http::routes
