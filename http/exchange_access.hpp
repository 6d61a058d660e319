#pragma once

#include "http/exchange.hpp"

namespace holdfast::http {

/// What the edge itself may do with an exchange, and handlers may not. I/O thread only.
struct exchange_access {
  using stage = exchange::stage;

  [[nodiscard]] static auto make(std::shared_ptr<reply_lane> lane) -> exchange* {
    return new exchange{std::move(lane)};
  }
  static void release(exchange& of) noexcept { of.release(); }

  /// Takes over what the gate read. `fields` gets the previous request's vector back, to be reused.
  static void set_header(exchange& of, method verb, std::string_view path, std::vector<header_field>& fields);
  /// Names and values of the path, percent-decoded.
  static void set_path_values(exchange& of, std::span<const std::string> names,
                              std::span<const std::string_view> values);
  /// Parses the query; a problem when it is not sound.
  [[nodiscard]] static auto set_query(exchange& of, std::string_view query) -> std::optional<problem_kind>;
  static void set_ids(exchange& of);
  static void set_traced(exchange& of, tracing::traced_request by) noexcept { of.traced_ = std::move(by); }
  static void set_body(exchange& of, std::string_view body) noexcept { of.body_ = body; }
  static void set_idempotency_key(exchange& of, std::string_view key) noexcept { of.idempotency_key_ = key; }
  static void set_route(exchange& of, const route* row) noexcept { of.route_ = row; }
  static void set_who(exchange& of, const principal& who) noexcept { of.who_ = who; }
  static void set_client(exchange& of, const client_address& client) noexcept { of.client_ = client; }
  static void set_at(exchange& of, domain::instant at) noexcept { of.at_ = at; }

  [[nodiscard]] static auto buffer(exchange& of) noexcept -> std::vector<char>& { return of.buffer_; }
  [[nodiscard]] static auto body_text(exchange& of) noexcept -> std::string& { return of.body_text_; }
  [[nodiscard]] static auto headers(const exchange& of) noexcept -> const std::vector<header_field>& {
    return of.headers_;
  }
  [[nodiscard]] static auto stage_of(const exchange& of) noexcept -> stage { return of.stage_; }
  static void set_stage(exchange& of, stage to) noexcept { of.stage_ = to; }
  static void set_waiter(exchange& of, std::coroutine_handle<> waiter) noexcept { of.waiter_ = waiter; }

  /// Keeps the exchange's memory until `release`. Any thread.
  static void retain(exchange& of) noexcept { of.retain(); }
  /// Lets a handler that runs elsewhere defer the exchange, once more, with this handle; `take_back` returns it when the handler did not. By the thread that
  /// the handler runs on.
  static void lend(exchange& of, deferred&& own) noexcept { of.lent_ = std::move(own); }
  [[nodiscard]] static auto take_back(exchange& of) noexcept -> deferred { return std::move(of.lent_); }

  /// Forgets the request and its answer; memory stays.
  static void clear(exchange& of) noexcept;
  /// After `clear`: gives its memory back, but for the buffer.
  static void give_back_memory(exchange& of) noexcept;
};

/// A connection's hold on its exchange. When the connection goes first, a late answer finds nobody and frees the memory.
class exchange_owner {
 public:
  explicit exchange_owner(std::shared_ptr<reply_lane> lane) : exchange_{exchange_access::make(std::move(lane))} {}
  exchange_owner(const exchange_owner&) = delete;
  auto operator=(const exchange_owner&) -> exchange_owner& = delete;

  ~exchange_owner() {
    exchange_access::set_waiter(*exchange_, nullptr);
    exchange_access::release(*exchange_);
  }

  [[nodiscard]] auto operator*() const noexcept -> exchange& { return *exchange_; }
  [[nodiscard]] auto operator->() const noexcept -> exchange* { return exchange_; }

 private:
  exchange* exchange_;
};

} // namespace holdfast::http
