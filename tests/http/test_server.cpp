#include "tests/http/test_server.hpp"

#include "domain/check.hpp"
#include "domain/public_id.hpp"
#include "http/body.hpp"
#include "http/documents.hpp"

#include <chrono>

namespace holdfast::http::test {

namespace {

auto now_ms() -> std::int64_t {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

void echo(exchange& ex) {
  json_writer out = ex.json();
  out.begin_object().member("method", to_string(ex.verb())).member("path", ex.path()).member("body", ex.body());
  out.member("id", ex.parameter("id")).member("q", ex.query("q").value_or("")).end_object();
}

} // namespace

foreign_thread::foreign_thread()
    : thread_{[this] {
        std::unique_lock lock{mutex_};
        while (true) {
          changed_.wait(lock, [this] { return ending_ || !queue_.empty(); });
          if (queue_.empty()) {
            return;
          }
          std::vector<std::function<void()>> work;
          work.swap(queue_);
          lock.unlock();
          for (const auto& each : work) {
            each();
          }
          work.clear();
          lock.lock();
        }
      }} {}

foreign_thread::~foreign_thread() {
  {
    const std::scoped_lock lock{mutex_};
    ending_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void foreign_thread::run(std::function<void()> work) {
  {
    const std::scoped_lock lock{mutex_};
    queue_.push_back(std::move(work));
  }
  changed_.notify_one();
}

auto test_ring() -> key_ring {
  signing_key key{.id = "7", .secret = {}};
  key.secret.fill(0x5a);
  return key_ring{{key}};
}

auto test_server::quick() -> server_options {
  server_options options;
  options.port = 0;
  options.phases.tick = std::chrono::milliseconds{5};
  options.rates = {.address_view = {1e6, 1e6},
                   .address_act = {1e6, 1e6},
                   .address_session = {1e6, 1e6},
                   .buyer = {1e6, 1e6},
                   .key = {1e6, 1e6},
                   .buckets_max = 4096};
  return options;
}

test_server::test_server(const server_options& options, std::shared_ptr<spdlog::logger> logger)
    : callers{std::make_shared<authenticator>(test_ring())}, metrics{std::make_shared<metrics_hub>()} {
  auto started =
      server::start(options, {.table = routes(), .callers = callers, .metrics = metrics, .logger = std::move(logger)});
  HF_CHECK(started, "the test server starts");
  own = std::move(*started);
}

test_server::~test_server() {
  open_gate();
  own->stop();
}

void test_server::open_gate() {
  gate_open = true;
  gate_open.notify_all();
}

auto test_server::buyer_header(std::int64_t lifetime_ms) const -> std::string {
  session_claims claims;
  claims.subject = random_subject();
  claims.issued_unix_ms = now_ms();
  claims.expires_unix_ms = claims.issued_unix_ms + lifetime_ms;
  return "Authorization: Bearer " + callers->mint_session(claims) + "\r\n";
}

void test_server::add(router& table, route row) {
  row.run = [this, run = std::move(row.run)](exchange& ex) {
    handled.fetch_add(1);
    run(ex);
  };
  table.add(std::move(row));
}

auto test_server::routes() -> router {
  router table;
  const auto get_route = [&](const char* pattern, permission who, handler run) {
    add(table, {.verb = method::get, .pattern = pattern, .who = who, .run = std::move(run)});
  };
  get_route("/", permission::open(), echo);
  get_route("/things/{id}", permission::open(), echo);
  get_route("/sellers", permission::key(domain::key_scope::sell), echo);
  get_route("/either", permission::buyer_or_key(domain::key_scope::sell | domain::key_scope::scan), echo);
  get_route("/throws", permission::open(), [](exchange&) { throw std::runtime_error{"on purpose"}; });
  get_route("/not-configured", permission::open(),
            [](exchange& ex) { ex.refuse(problem_kind::payments_not_configured); });
  get_route("/buyer", permission::buyer(), [](exchange& ex) {
    std::string id;
    domain::public_ids::append(id, ex.who().subject);
    ex.json().begin_object().member("buyer_id", std::string_view{id}).end_object();
  });
  get_route("/big", permission::open(), [](exchange& ex) {
    static const auto body = std::make_shared<const std::string>(16U * 1024U * 1024U, 'x');
    ex.answer().content_type("text/plain");
    ex.answer().cache_control("public, max-age=1");
    ex.answer().share_body(body);
  });
  add_deferred_routes(table);
  add_writing_routes(table);
  add_routes_aside(table);
  add_documents(table);
  return table;
}

void test_server::add_deferred_routes(router& table) {
  const auto get_route = [&](const char* pattern, handler run) {
    add(table, {.verb = method::get, .pattern = pattern, .who = permission::open(), .run = std::move(run)});
  };
  get_route("/later", [this](exchange& ex) {
    elsewhere.run([promise = std::make_shared<deferred>(ex.defer())] {
      promise->operator->()->json(201).begin_object().member("later", true).end_object();
      promise->complete();
    });
  });
  get_route("/inline", [](exchange& ex) {
    deferred promise = ex.defer();
    promise->json(202).begin_object().member("inline", true).end_object();
    promise.complete();
  });
  get_route("/lost", [](exchange& ex) { static_cast<void>(ex.defer()); });
  get_route("/lost-elsewhere",
            [this](exchange& ex) { elsewhere.run([promise = std::make_shared<deferred>(ex.defer())] {}); });
  get_route("/hold-back", [this](exchange& ex) {
    const std::scoped_lock lock{held_mutex};
    held.push_back(ex.defer());
    held_changed.notify_all();
  });
}

void test_server::add_writing_routes(router& table) {
  constexpr auto open = permission::open();
  add(table, {.verb = method::post, .pattern = "/", .who = open, .run = echo});
  add(table, {.verb = method::patch, .pattern = "/things/{id}", .who = open, .run = echo});
  add(table, {.verb = method::delete_, .pattern = "/things/{id}", .who = open, .run = echo});
  add(table,
      {.verb = method::put, .pattern = "/large", .who = open, .body_bytes_max = 1024 * 1024, .run = [](exchange& ex) {
         ex.json().begin_object().member("size", ex.body().size()).end_object();
       }});
  add(table,
      {.verb = method::post, .pattern = "/keyed", .who = open, .keyed = idempotency::required, .run = [](exchange& ex) {
         ex.json().begin_object().member("key", ex.idempotency_key()).end_object();
       }});
  add(table, {.verb = method::post, .pattern = "/named", .who = open, .run = [](exchange& ex) {
                json_document& document = thread_document();
                const auto root = read_body(ex, document);
                if (!root) {
                  return;
                }
                const std::string name{root->text("name", {.bytes_max = 8})};
                if (body_is_sound(ex, document)) {
                  ex.json(201).begin_object().member("name", std::string_view{name}).end_object();
                }
              }});
}

void test_server::add_routes_aside(router& table) {
  const auto put_route = [&](const char* pattern, handler run) {
    add(table, {.verb = method::put,
                .pattern = pattern,
                .who = permission::open(),
                .body_bytes_max = 1024 * 1024,
                .aside_above_bytes = small_enough_bytes,
                .run = std::move(run)});
  };
  put_route("/aside", [this](exchange& ex) {
    gate_open.wait(false);
    ex.json()
        .begin_object()
        .member("size", ex.body().size())
        .member("own_thread", ex.lane().is_own_thread())
        .end_object();
  });
  put_route("/aside/later", [this](exchange& ex) {
    elsewhere.run([promise = std::make_shared<deferred>(ex.defer())] {
      promise->operator->()->json(201).begin_object().member("later", true).end_object();
      promise->complete();
    });
  });
  put_route("/aside/throws", [](exchange&) { throw std::runtime_error{"on purpose"}; });
  put_route("/aside/lost", [](exchange& ex) { static_cast<void>(ex.defer()); });
}

} // namespace holdfast::http::test
