#include "tests/http/test_server.hpp"

#include "domain/check.hpp"
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

test_server::test_server(server_options options, std::shared_ptr<spdlog::logger> logger)
    : callers{std::make_shared<authenticator>(test_ring())}, metrics{std::make_shared<metrics_hub>()} {
  auto started =
      server::start(options, {.table = routes(), .callers = callers, .metrics = metrics, .logger = std::move(logger)});
  HF_CHECK(started, "the test server starts");
  own = std::move(*started);
}

test_server::~test_server() {
  own->stop();
}

auto test_server::buyer_header(std::int64_t lifetime_ms) const -> std::string {
  session_claims claims;
  claims.subject = random_subject();
  claims.issued_unix_ms = now_ms();
  claims.expires_unix_ms = claims.issued_unix_ms + lifetime_ms;
  return "Authorization: Bearer " + callers->mint_session(claims) + "\r\n";
}

auto test_server::routes() -> router {
  router table;
  const auto counted = [this](auto what) {
    return [this, what](exchange& ex) {
      handled.fetch_add(1);
      what(ex);
    };
  };
  const auto add = [&](method verb, const char* pattern, permission who, auto what) {
    table.add({.verb = verb, .pattern = pattern, .who = who, .rate = rate_class::view, .run = counted(what)});
  };
  add(method::get, "/", permission::open(), echo);
  add(method::post, "/", permission::open(), echo);
  add(method::get, "/things/{id}", permission::open(), echo);
  add(method::patch, "/things/{id}", permission::open(), echo);
  add(method::delete_, "/things/{id}", permission::open(), echo);
  add(method::get, "/buyer", permission::buyer(),
      [](exchange& ex) { ex.json().begin_object().member("buyer_id", buyer_text(ex.who().subject)).end_object(); });
  add(method::get, "/sellers", permission::key(domain::key_scope::sell), echo);
  add(method::get, "/either", permission::buyer_or_key(domain::key_scope::sell | domain::key_scope::scan), echo);
  add(method::get, "/throws", permission::open(), [](exchange&) { throw std::runtime_error{"on purpose"}; });
  add(method::get, "/later", permission::open(), [this](exchange& ex) {
    elsewhere.run([promise = std::make_shared<deferred>(ex.defer())] {
      promise->operator->()->json(201).begin_object().member("later", true).end_object();
      promise->complete();
    });
  });
  add(method::get, "/inline", permission::open(), [](exchange& ex) {
    deferred promise = ex.defer();
    promise->json(202).begin_object().member("inline", true).end_object();
    promise.complete();
  });
  add(method::get, "/lost", permission::open(), [](exchange& ex) { static_cast<void>(ex.defer()); });
  add(method::get, "/lost-elsewhere", permission::open(),
      [this](exchange& ex) { elsewhere.run([promise = std::make_shared<deferred>(ex.defer())] {}); });
  add(method::get, "/hold-back", permission::open(), [this](exchange& ex) {
    const std::scoped_lock lock{held_mutex};
    held.push_back(ex.defer());
    held_changed.notify_all();
  });
  add(method::get, "/big", permission::open(), [](exchange& ex) {
    static const auto body = std::make_shared<const std::string>(16U * 1024U * 1024U, 'x');
    ex.answer().content_type("text/plain");
    ex.answer().cache_control("public, max-age=1");
    ex.answer().share_body(body);
  });
  table.add(
      {.verb = method::put,
       .pattern = "/large",
       .who = permission::open(),
       .body_bytes_max = 1024 * 1024,
       .run = counted([](exchange& ex) { ex.json().begin_object().member("size", ex.body().size()).end_object(); })});
  table.add({.verb = method::post,
             .pattern = "/keyed",
             .who = permission::open(),
             .keyed = idempotency::required,
             .run = counted(
                 [](exchange& ex) { ex.json().begin_object().member("key", ex.idempotency_key()).end_object(); })});
  table.add({.verb = method::post,
             .pattern = "/named",
             .who = permission::open(),
             .run = counted([](exchange& ex) {
               json_document& document = thread_document();
               const auto root = read_body(ex, document);
               if (!root) {
                 return;
               }
               const std::string name{root->text("name", {.bytes_max = 8})};
               if (body_is_sound(ex, document)) {
                 ex.json(201).begin_object().member("name", name).end_object();
               }
             })});
  add_documents(table);
  return table;
}

} // namespace holdfast::http::test
