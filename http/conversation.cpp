#include "http/conversation.hpp"

#include "http/beast_check.hpp"

#include <algorithm>
#include <cstring>
#include <exception>

namespace holdfast::http {

namespace {

using access = exchange_access;

/// A body grows in the buffer by what has arrived, never by what was announced.
constexpr std::size_t body_step_bytes = 64 * 1024;
/// Of a request that is refused for its header.
constexpr std::size_t skipped_body_bytes_max = 64 * 1024;
constexpr unsigned switching_protocols = 101;
/// Room that chunks need behind the header.
constexpr std::size_t chunk_room_bytes = 1024;

auto unix_ms_now() noexcept -> std::int64_t {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

} // namespace

conversation::conversation(const surroundings& around, std::shared_ptr<reply_lane> lane, const client_address& peer,
                           bool secure)
    : around_{around}, exchange_{std::move(lane)}, buffer_{access::buffer(*exchange_)}, phase_began_{clock::now()} {
  facts_.peer = peer;
  facts_.secure = secure;
  buffer_.resize(buffer_bytes_first);
}

void conversation::enter(phase what, clock::time_point since) noexcept {
  phase_ = what;
  phase_began_ = since;
}

auto conversation::header_block() const noexcept -> std::string_view {
  return {buffer_.data(), gate_.header().bytes};
}

auto conversation::next() -> action {
  while (true) {
    switch (state_) {
    case state::header:
      if (!read_header()) {
        return state_ == state::ended ? action::end : action::read;
      }
      break;
    case state::body_length:
      if (!read_body()) {
        return action::read;
      }
      break;
    case state::body_chunked:
      if (!read_chunks()) {
        return action::read;
      }
      break;
    case state::handling:
      if (access::stage_of(*exchange_) == access::stage::deferred) {
        return action::wait;
      }
      prepare_answer();
      break;
    case state::writing:
      if (output()[0].empty() && output()[1].empty()) {
        finish_answer();
        break;
      }
      return action::write;
    case state::streaming: return action::stream;
    case state::lingering: return action::linger;
    case state::ended: return action::end;
    }
  }
}

/// False when more bytes are needed, or the conversation is over.
auto conversation::read_header() -> bool {
  if (filled_ == 0) {
    if (around_.draining.load(std::memory_order_relaxed)) {
      state_ = state::ended;
    }
    return false;
  }
  switch (gate_.scan({buffer_.data(), filled_})) {
  case gate::verdict::incomplete:
    if (phase_ == phase::idle) {
      enter(phase::header, clock::now());
    }
    return false;
  case gate::verdict::refused: refuse_bytes(gate_.why()); return true;
  case gate::verdict::accepted: break;
  }
  if (gate_.header().body == framing::chunked && buffer_.size() - gate_.header().bytes < chunk_room_bytes) {
    // Later it would be too late: the header's views would not survive a move.
    buffer_.resize(gate_.header().bytes + chunk_room_bytes);
    gate_.reset();
    return read_header();
  }
  if (!beast_agrees(header_block(), gate_.header(), gate_.fields())) {
    refuse_bytes("two readers of the header disagree");
    return true;
  }
  if (gate_.header().upgrades && filled_ > gate_.header().bytes) {
    refuse_bytes("bytes behind an upgrade, before its answer");
    return true;
  }
  begin_request();
  return true;
}

void conversation::begin_request() {
  const accepted_header& header = gate_.header();
  started_ = clock::now();
  around_.counts.begun();
  begun_ = true;
  consumed_ = header.bytes;
  // An upgrade that is not taken ends the connection: nobody has to find out which protocol the next byte is of.
  closing_ = !header.keep_alive || header.upgrades;
  access::set_at(*exchange_, domain::instant{unix_ms_now()});
  access::set_header(*exchange_, header.verb, header.path, gate_.fields());
  refused_ = !around_.rules.admit(*exchange_, header, facts_, started_);
  if (around_.traces != nullptr) {
    trace_request();
  }
  if (!refused_) {
    begin_body();
    return;
  }
  // A refused request's body is read and dropped, so that the connection can go on, unless it is large or the client asks first.
  const bool skip = header.body == framing::chunked || header.content_length <= skipped_body_bytes_max;
  if (header.body != framing::none && skip && !header.expects_continue && !exchange_->answer().closes_connection()) {
    begin_body();
    return;
  }
  closing_ = closing_ || header.body != framing::none;
  prepare_answer();
}

void conversation::begin_body() {
  const accepted_header& header = gate_.header();
  if (header.body == framing::none) {
    handle();
    return;
  }
  state_ = header.body == framing::length ? state::body_length : state::body_chunked;
  body_in_buffer_ = header.body == framing::length && header.content_length <= buffer_.size() - header.bytes;
  body_have_ = 0;
  if (header.body == framing::chunked) {
    chunks_.reset();
    access::body_text(*exchange_).clear();
  } else if (!body_in_buffer_) {
    // Everything behind the header is body: it does not even fit.
    body_have_ = filled_ - header.bytes;
    access::body_text(*exchange_).assign(buffer_.data() + header.bytes, body_have_);
    filled_ = header.bytes;
  }
  const bool complete = body_in_buffer_ && filled_ - header.bytes >= header.content_length;
  if (complete) {
    return; // the usual case: no phase of its own
  }
  enter(phase::body, started_);
  if (header.expects_continue && filled_ == header.bytes && body_have_ == 0) {
    head_.assign("HTTP/1.1 100 Continue\r\n\r\n");
    sent_ = 0;
    interim_ = true;
    state_ = state::writing;
    enter(phase::write, {});
  }
}

auto conversation::read_body() -> bool {
  const accepted_header& header = gate_.header();
  const auto length = static_cast<std::size_t>(header.content_length);
  if (body_in_buffer_) {
    if (filled_ - header.bytes < length) {
      return false;
    }
    access::set_body(*exchange_, std::string_view{buffer_.data() + header.bytes, length});
    consumed_ = header.bytes + length;
  } else {
    if (body_have_ < length) {
      return false;
    }
    access::body_text(*exchange_).resize(length);
    access::set_body(*exchange_, access::body_text(*exchange_));
  }
  handle();
  return true;
}

auto conversation::read_chunks() -> bool {
  const std::size_t from = gate_.header().bytes;
  std::size_t taken = 0;
  std::string& body = access::body_text(*exchange_);
  const std::size_t limit = refused_ ? skipped_body_bytes_max : exchange_->matched_route()->body_bytes_max;
  const auto progress = chunks_.feed({buffer_.data() + from, filled_ - from}, body, limit, taken);
  // Used-up chunks make room at once; the header's bytes stay where they are.
  std::memmove(buffer_.data() + from, buffer_.data() + from + taken, filled_ - from - taken);
  filled_ -= taken;
  switch (progress) {
  case chunked_decoder::progress::more: return false;
  case chunked_decoder::progress::done:
    access::set_body(*exchange_, body);
    handle();
    return true;
  case chunked_decoder::progress::refused: refuse_bytes("a chunked body that is not plain"); return true;
  case chunked_decoder::progress::too_large:
    exchange_->refuse(problem_kind::body_too_large);
    closing_ = true;
    prepare_answer();
    return true;
  }
  return true;
}

void conversation::handle() {
  if (refused_) {
    prepare_answer();
    return;
  }
  if (gate_.header().body != framing::none && phase_ != phase::idle) {
    // The body came later than the header: time counts from when the request was whole.
    started_ = clock::now();
    access::set_at(*exchange_, domain::instant{unix_ms_now()});
  }
  access::set_stage(*exchange_, access::stage::handling);
  state_ = state::handling;
  const route& row = *exchange_->matched_route();
  if (exchange_->body().size() > row.aside_above_bytes) {
    around_.aside.take(*exchange_);
  } else {
    run_handler(row);
  }
  if (access::stage_of(*exchange_) == access::stage::handling) {
    access::set_stage(*exchange_, access::stage::answered);
  }
}

/// The border to handlers: nothing they throw goes further.
void conversation::run_handler(const route& row) {
  const auto give_up = [&](const char* why) {
    around_.log.failed(*exchange_, why);
    if (access::stage_of(*exchange_) == access::stage::handling) {
      exchange_->answer().clear();
      exchange_->refuse(problem_kind::internal_error);
    }
  };
  try {
    row.run(*exchange_);
  } catch (const std::exception& error) {
    give_up(error.what());
  } catch (...) {
    give_up("something that is no std::exception was thrown");
  }
}

/// 400 and the end: whatever follows on this connection is never looked at.
void conversation::refuse_bytes(std::string_view why) {
  if (!begun_) {
    started_ = clock::now();
    around_.counts.begun();
    begun_ = true;
    access::set_at(*exchange_, domain::instant{unix_ms_now()});
    facts_.rate = {};
    facts_.allow_any_origin = false;
    facts_.allow_origin = {};
    access::set_ids(*exchange_);
  }
  around_.log.refused(exchange_->request_id(), why);
  around_.counts.closed_by(close_reason::malformed);
  exchange_->answer().clear();
  exchange_->refuse(problem_kind::malformed_request, {.detail = why});
  closing_ = true;
  prepare_answer();
}

void conversation::prepare_answer() {
  const http::answer& answer = exchange_->answer();
  closing_ = closing_ || answer.closes_connection() || around_.draining.load(std::memory_order_relaxed);
  if (answer.stream()) {
    closing_ = answer.status() != switching_protocols;
  }
  head_.clear();
  around_.rules.append_head(head_, *exchange_, facts_, around_.date.text(exchange_->at().unix_ms), closing_);
  const bool has_body = !exchange_->is_head() && !answer.stream() && answer.status() != 204 && answer.status() != 304;
  if (has_body && answer.bytes().size() <= copied_body_bytes_max) {
    head_.append(answer.bytes());
  }
  sent_ = 0;
  state_ = state::writing;
  enter(phase::write, {});
}

auto conversation::output() const noexcept -> std::array<std::string_view, 2> {
  const std::string_view head = head_;
  if (sent_ < head.size() || interim_) {
    const std::string_view rest = head.substr(std::min(sent_, head.size()));
    return {rest, interim_ ? std::string_view{} : body_to_send()};
  }
  const std::string_view body = body_to_send();
  return {std::string_view{}, body.substr(std::min(sent_ - head.size(), body.size()))};
}

/// The body, when it goes out as a piece of its own.
auto conversation::body_to_send() const noexcept -> std::string_view {
  const http::answer& answer = exchange_->answer();
  const bool none = exchange_->is_head() || answer.status() == 204 || answer.status() == 304;
  return none || answer.bytes().size() <= copied_body_bytes_max ? std::string_view{} : answer.bytes();
}

void conversation::finish_answer() {
  if (interim_) {
    interim_ = false;
    state_ = state::body_length;
    if (gate_.header().body == framing::chunked) {
      state_ = state::body_chunked;
    }
    enter(phase::body, clock::now());
    return;
  }
  const clock::time_point now = clock::now();
  report(now);
  if (exchange_->answer().stream()) {
    enter(phase::stream, now);
    state_ = state::streaming;
    return;
  }
  if (closing_) {
    enter(phase::linger, now);
    state_ = state::lingering;
    return;
  }
  access::clear(*exchange_);
  gate_.reset();
  std::memmove(buffer_.data(), buffer_.data() + consumed_, filled_ - consumed_);
  filled_ -= consumed_;
  consumed_ = 0;
  state_ = state::header;
  enter(phase::idle, now);
}

auto conversation::take_stream() -> std::shared_ptr<connection_stream> {
  auto stream = exchange_->answer().stream();
  access::clear(*exchange_);
  access::give_back_memory(*exchange_);
  gate_ = {};
  std::string{}.swap(head_);
  buffer_.resize(buffer_bytes_streaming);
  buffer_.shrink_to_fit();
  filled_ = consumed_ = 0;
  return stream;
}

auto conversation::space() -> std::span<char> {
  if (state_ == state::lingering || state_ == state::streaming) {
    return buffer_; // nobody looks at it any more
  }
  const accepted_header& header = gate_.header();
  if (state_ == state::body_length && !body_in_buffer_) {
    std::string& body = access::body_text(*exchange_);
    const std::size_t left = static_cast<std::size_t>(header.content_length) - body_have_;
    body.resize(body_have_ + std::min({left, std::max(body_have_, body_step_bytes)}));
    return {body.data() + body_have_, body.size() - body_have_};
  }
  if (state_ == state::header && filled_ == buffer_.size()) {
    buffer_.resize(gate_limits::header_bytes_max + chunk_room_bytes);
  }
  return {buffer_.data() + filled_, buffer_.size() - filled_};
}

void conversation::received(std::size_t bytes) {
  if (state_ == state::body_length && !body_in_buffer_) {
    body_have_ += bytes;
  } else {
    filled_ += bytes;
  }
}

} // namespace holdfast::http
