#include "http/exchange.hpp"

#include "domain/check.hpp"

namespace holdfast::http {

deferred::deferred(exchange& owner) noexcept : exchange_{&owner} {
  owner.retain();
}

auto deferred::operator=(deferred&& other) noexcept -> deferred& {
  if (this != &other) {
    deferred dropped{std::move(*this)};
    exchange_ = std::exchange(other.exchange_, nullptr);
  }
  return *this;
}

deferred::~deferred() {
  if (exchange_ != nullptr) {
    exchange_->refuse(problem_kind::unavailable);
    complete();
  }
}

void deferred::complete() noexcept {
  HF_CHECK(exchange_ != nullptr, "a deferred answer is completed once");
  std::exchange(exchange_, nullptr)->complete();
}

auto exchange::parameter(std::string_view name) const noexcept -> std::string_view {
  for (std::size_t i = 0; i < parameter_count_; ++i) {
    if (parameters_[i].name == name) {
      return parameters_[i].value;
    }
  }
  return {};
}

auto exchange::query(std::string_view name) const noexcept -> std::optional<std::string_view> {
  for (const http::parameter& each : queries_) {
    if (each.name == name) {
      return each.value;
    }
  }
  return std::nullopt;
}

auto exchange::header(header_id id) const noexcept -> std::optional<std::string_view> {
  const std::size_t at = id == header_id::other ? 0 : header_at_[static_cast<std::size_t>(id)];
  return at == 0 ? std::nullopt : std::optional{headers_[at - 1].value};
}

auto exchange::header(std::string_view name) const noexcept -> std::optional<std::string_view> {
  for (const header_field& each : headers_) {
    if (equal_ignoring_case(each.name, name)) {
      return each.value;
    }
  }
  return std::nullopt;
}

auto exchange::json(unsigned status) -> json_writer {
  answer_.status(status);
  answer_.content_type(media::json);
  answer_.share_body(nullptr);
  answer_.body().clear();
  return json_writer{answer_.body()};
}

void exchange::empty(unsigned status) {
  answer_.status(status);
  answer_.content_type({});
  answer_.share_body(nullptr);
  answer_.body().clear();
}

auto exchange::start_problem(problem_kind kind, const problem_details& details) -> json_writer {
  json_writer out = json(problem_row_of(kind).status);
  answer_.content_type(media::problem_json);
  answer_.cache_control({});
  if (const std::uint64_t seconds = retry_after_seconds(kind, details); seconds != 0) {
    answer_.header("Retry-After", seconds);
  }
  begin_problem(out, kind, details, trace_.trace_text());
  return out;
}

void exchange::refuse(problem_kind kind, const problem_details& details) {
  json_writer out = start_problem(kind, details);
  end_problem(out);
}

auto exchange::defer() noexcept -> deferred {
  if (lent_) {
    return std::move(lent_);
  }
  HF_CHECK(stage_ == stage::handling, "an exchange is deferred once, inside its handler");
  stage_ = stage::deferred;
  return deferred{*this};
}

void exchange::complete() noexcept {
  if (lane_->is_own_thread() && stage_ == stage::deferred && !waiter_) {
    // The handler is still on this thread's stack: the connection looks at the stage when it returns.
    stage_ = stage::answered;
    release();
    return;
  }
  lane_->post(*this);
}

void exchange::run() noexcept {
  stage_ = stage::answered;
  if (waiter_) {
    std::exchange(waiter_, nullptr).resume();
  }
  release();
}

void exchange::discard() noexcept {
  release();
}

void exchange::release() noexcept {
  if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
    // Keep the lane alive until the exchange is gone: it may be the lane's last friend.
    const std::shared_ptr<reply_lane> lane = std::move(lane_);
    delete this;
  }
}

} // namespace holdfast::http
