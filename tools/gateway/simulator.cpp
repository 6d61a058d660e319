#include "tools/gateway/simulator.hpp"

#include "tools/gateway/answers.hpp"
#include "tools/gateway/secrets.hpp"

#include <curl/curl.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace holdfast::gateway {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds settle_every{200};

auto unix_ms() -> std::int64_t {
  return std::chrono::duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

} // namespace

simulator::simulator(simulator_options options)
    : options_{std::move(options)}, plan_{std::make_unique<fault_plan>(options_.faults)}, plan_since_{clock::now()} {}

auto simulator::start(const simulator_options& options) -> tl::expected<std::unique_ptr<simulator>, std::string> {
  static const auto ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (ready != CURLE_OK) {
    return tl::unexpected{std::string{"libcurl cannot be used"}};
  }
  std::unique_ptr<simulator> made{new simulator{options}};
  if (auto opened = made->open(); !opened) {
    return tl::unexpected{opened.error()};
  }
  return made;
}

auto simulator::open() -> tl::expected<void, std::string> {
  std::error_code failed;
  std::filesystem::create_directories(options_.data, failed);
  if (failed) {
    return tl::unexpected{"cannot make " + options_.data.string() + ": " + failed.message()};
  }
  auto key = keep_secret(key_file(), "sk_test_");
  auto webhook_secret = keep_secret(webhook_secret_file(), "whsec_");
  if (!key || !webhook_secret) {
    return tl::unexpected{key ? webhook_secret.error() : key.error()};
  }
  key_ = std::move(*key);
  auto opened = books::open(options_.data);
  if (!opened) {
    return tl::unexpected{opened.error()};
  }
  books_ = std::move(*opened);
  cut_bytes_ = books_->cut_bytes();
  if (!options_.webhook_url.empty()) {
    notifier_ =
        std::make_unique<notifier>(options_.webhook_url, std::move(*webhook_secret), [this](const std::string& id) {
          const std::scoped_lock lock{mutex_};
          if (auto written = books_->delivered(id, unix_ms()); !written) {
            fail(written.error());
          }
        });
    notifier_->follow(options_.faults.webhooks, options_.faults.seed);
    notify_new();
  }
  auto served =
      wire_server::start(options_.address, options_.port, [this](const http_request& from) { return handle(from); });
  if (!served) {
    return tl::unexpected{served.error()};
  }
  server_ = std::move(*served);
  settling_ = std::jthread{[this] { settle_all(); }};
  return {};
}

simulator::~simulator() {
  {
    const std::scoped_lock lock{mutex_};
    stopping_ = true;
  }
  ending_.notify_all();
  server_.reset();
  settling_ = {};
  notifier_.reset();
}

auto simulator::url() const -> std::string {
  const bool is_v6 = options_.address.find(':') != std::string::npos;
  return "http://" + (is_v6 ? "[" + options_.address + "]" : options_.address) + ":" + std::to_string(server_->port());
}

auto simulator::failure() const -> std::string {
  const std::scoped_lock lock{mutex_};
  return failure_;
}

/// The lock is held.
void simulator::fail(const std::string& why) {
  spdlog::error("gateway: {}", why);
  failure_ = why;
}

void simulator::follow(const fault_script& script) {
  const std::scoped_lock lock{mutex_};
  plan_ = std::make_unique<fault_plan>(script);
  plan_since_ = clock::now();
  if (notifier_) {
    notifier_->follow(script.webhooks, script.seed);
  }
}

void simulator::be_away(milliseconds how_long) {
  const std::scoped_lock lock{mutex_};
  away_until_ = clock::now() + how_long;
}

/// The lock is held.
auto simulator::is_away() const -> bool {
  const auto now = clock::now();
  const auto in_script = std::chrono::duration_cast<milliseconds>(now - plan_since_);
  return now < away_until_ || std::ranges::any_of(plan_->outages(), [&](const outage& each) {
           return in_script >= each.after && in_script < each.after + each.lasts;
         });
}

auto simulator::pause(milliseconds how_long) -> bool {
  std::unique_lock lock{mutex_};
  return !ending_.wait_for(lock, how_long, [this] { return stopping_; });
}

auto simulator::handle(const http_request& from) -> wire_answer {
  {
    const std::scoped_lock lock{mutex_};
    if (!failure_.empty() || stopping_) {
      return {{}, true, true};
    }
  }
  const std::string_view target{from.target().data(), from.target().size()};
  if (!is_authorised(from, key_)) {
    return send(from, error_reply(401, "invalid_request_error", "", "Invalid API Key provided."));
  }
  if (target.starts_with("/_gateway/")) {
    return control(from);
  }
  {
    const std::scoped_lock lock{mutex_};
    if (is_away()) {
      ++away_;
      return {{}, true, true};
    }
  }
  const auto what = read_request(from);
  if (!what) {
    return send(from, error_reply(400, "invalid_request_error", "", "The request's parameters cannot be read."));
  }
  return pay(from, *what);
}

auto simulator::pay(const http_request& from, const request& what) -> wire_answer {
  strike how;
  {
    const std::scoped_lock lock{mutex_};
    const auto kind = kind_of(what);
    ++requests_[kind.empty() ? "other" : kind];
    if (!what.key.empty() && !busy_.insert(what.key).second) {
      ++busy_answers_;
      return send(from, error_reply(409, "idempotency_error", "idempotency_key_in_use",
                                    "There is currently another in-progress request using this Idempotent Key."));
    }
    how = plan_->next(kind, books_->labels_of(what));
  }
  auto made = execute(from, what, how);
  const std::scoped_lock lock{mutex_};
  busy_.erase(what.key);
  return made;
}

auto simulator::execute(const http_request& from, const request& what, const strike& how) -> wire_answer {
  if (!pause(how.wait_before) || how.drop_request) {
    return {{}, true, true};
  }
  if (how.limit_s) {
    return send(from, error_reply(429, "invalid_request_error", "rate_limit", "Too many requests."), how.limit_s);
  }
  if (how.fail_before != 0) {
    return send(from, server_error(how.fail_before));
  }
  auto made = perform(what, how.effect);
  if (!made) {
    return {{}, true, true};
  }
  if (!pause(how.wait_after) || how.drop_response) {
    return {{}, true, true};
  }
  return spoiled(from, std::move(*made), how);
}

auto simulator::perform(const request& what, const books::faults& with) -> tl::expected<reply, std::string> {
  const std::scoped_lock lock{mutex_};
  auto made = books_->answer(what, with, unix_ms());
  if (!made) {
    fail(made.error());
    return made;
  }
  replayed_ += made->replayed ? 1U : 0U;
  notify_new();
  return made;
}

/// The lock is held, or nobody else is there yet.
void simulator::notify_new() {
  for (const auto& event : books_->take_new_events()) {
    if (notifier_) {
      notifier_->offer(event);
    }
  }
}

void simulator::settle_all() {
  while (pause(settle_every)) {
    const std::scoped_lock lock{mutex_};
    if (auto settled = books_->settle(unix_ms()); !settled) {
      fail(settled.error());
    }
    notify_new();
  }
}

auto simulator::counts() const -> nlohmann::json {
  const std::scoped_lock lock{mutex_};
  nlohmann::json all{{"requests", requests_},
                     {"rules", plan_->counts()},
                     {"replayed", replayed_},
                     {"busy", busy_answers_},
                     {"away", away_}};
  if (notifier_) {
    const auto sent = notifier_->counts();
    all["webhooks"] = {{"events", sent.events},  {"attempts", sent.attempts}, {"taken", sent.taken},
                       {"failed", sent.failed},  {"forged", sent.forged},     {"forged_taken", sent.forged_taken},
                       {"waiting", sent.waiting}};
  }
  return all;
}

auto simulator::control(const http_request& from) -> wire_answer {
  namespace http = boost::beast::http;
  const std::string_view target{from.target().data(), from.target().size()};
  const auto body = nlohmann::json::parse(from.body(), nullptr, false);
  if (target == "/_gateway/counts" && from.method() == http::verb::get) {
    return send(from, {200, counts()});
  }
  if (target == "/_gateway/faults" && from.method() == http::verb::put) {
    const auto script = read_faults(body);
    if (!script) {
      return send(from, error_reply(400, "invalid_request_error", "", script.error()));
    }
    follow(*script);
    return send(from, {200, nlohmann::json::object()});
  }
  if (target == "/_gateway/outage" && from.method() == http::verb::post) {
    const auto lasts = body.is_object() ? body.find("for_ms") : body.end();
    if (!body.is_object() || lasts == body.end() || !lasts->is_number_unsigned() ||
        lasts->get<std::uint64_t>() > 86'400'000) {
      return send(from, error_reply(400, "invalid_request_error", "",
                                    "for_ms must be a number of milliseconds, a day at most."));
    }
    be_away(milliseconds{lasts->get<std::int64_t>()});
    return send(from, {200, nlohmann::json::object()});
  }
  return send(from, error_reply(404, "invalid_request_error", "",
                                "There is GET /_gateway/counts, PUT /_gateway/faults and POST /_gateway/outage."));
}

} // namespace holdfast::gateway
