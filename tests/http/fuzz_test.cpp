#include "http/conversation.hpp"
#include "http/documents.hpp"
#include "tests/http/test_server.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

// Conversations without sockets: random mutations of sound requests, cut at random, must end or be answered, and never hang.

using namespace holdfast::http;
using namespace holdfast::http::test;

namespace {

/// Never runs anything: the handlers here answer at once.
class no_lane final : public reply_lane {
 public:
  void post(lane_task& task) noexcept override { task.discard(); }
  [[nodiscard]] auto is_own_thread() const noexcept -> bool override { return true; }
};

struct harness {
  harness() {
    table.add({.verb = method::get, .pattern = "/v1/{id}", .who = permission::open(), .run = [](exchange& ex) {
                 answer_with(ex);
               }});
    table.add({.verb = method::post,
               .pattern = "/v1/{id}",
               .who = permission::open(),
               .body_bytes_max = 64 * 1024,
               .run = [](exchange& ex) { answer_with(ex); }});
    add_documents(table);
    REQUIRE(table.seal());
  }

  static void answer_with(exchange& ex) {
    ex.json().begin_object().member("size", ex.body().size()).member("id", ex.parameter("id")).end_object();
  }

  struct outcome {
    std::string output;
    bool ended = false;
    std::size_t steps = 0;
  };

  /// Feeds `input` in pieces of at most `piece` bytes until it is used up or the conversation ends.
  auto talk(std::string_view input, std::size_t piece) -> outcome {
    conversation said{around, lane, {}, false};
    outcome out;
    for (; out.steps < 100'000; ++out.steps) {
      switch (said.next()) {
      case conversation::action::read: {
        if (input.empty()) {
          return out;
        }
        const std::span<char> space = said.space();
        if (space.empty()) {
          FAIL("there is no room to read into");
        }
        const std::size_t bytes = std::min({space.size(), piece, input.size()});
        std::copy_n(input.begin(), bytes, space.begin());
        input.remove_prefix(bytes);
        said.received(bytes);
        break;
      }
      case conversation::action::write: {
        const auto pieces = said.output();
        const std::string_view first = pieces[0].empty() ? pieces[1] : pieces[0];
        if (first.empty()) {
          FAIL("there is nothing to write");
        }
        out.output.append(first);
        said.sent(first.size());
        break;
      }
      case conversation::action::wait: FAIL("nothing here is deferred"); return out;
      case conversation::action::stream: FAIL("nothing here streams"); return out;
      case conversation::action::linger:
      case conversation::action::end: out.ended = true; return out;
      }
    }
    FAIL("the conversation does not end");
    return out;
  }

  router table;
  server_options options = test_server::quick();
  std::shared_ptr<authenticator> callers = std::make_shared<authenticator>(test_ring());
  std::shared_ptr<const router> shared{&table, [](const router*) {}};
  edge rules{shared, callers, options, {}};
  edge_metrics metrics{table};
  access_log log{nullptr, {}};
  http_date date;
  std::atomic<bool> draining = false;
  side_worker aside{access_log{nullptr, {}}};
  surroundings around{rules, metrics.add_slab(), log, date, draining, aside};
  std::shared_ptr<reply_lane> lane = std::make_shared<no_lane>();
};

const std::vector<std::string> seeds{
    get("/v1/a?b=c&d=%20", "Authorization: Bearer x\r\nAccept: */*\r\n"),
    get("/openapi.json", "If-None-Match: W/\"1\"\r\n"),
    post("/v1/x", R"({"seats":["A/1/2"]})",
         "Idempotency-Key: 0123456789\r\ntraceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n"),
    "POST /v1/x HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n0\r\n\r\n",
    "POST /v1/x HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n123",
    "OPTIONS /v1/x HTTP/1.1\r\nHost: a\r\nOrigin: https://b\r\nAccess-Control-Request-Method: POST\r\n\r\n",
    post("/v1/x", std::string(9'000, ' ')),
};

auto mutated(std::string text, std::mt19937_64& random) -> std::string {
  constexpr std::string_view spice{"\r\n\0 :;,%/?#\x7f\x80\xff\t0aZ{}\"", 21};
  for (auto edits = random() % 4; edits > 0 && !text.empty(); --edits) {
    const auto at = random() % text.size();
    switch (random() % 5) {
    case 0: text[at] = static_cast<char>(random()); break;
    case 1: text[at] = spice[random() % spice.size()]; break;
    case 2: text.insert(at, 1, spice[random() % spice.size()]); break;
    case 3: text.erase(at, 1 + random() % 8); break;
    default: text.insert(at, text.substr(random() % text.size(), random() % 40)); break;
    }
  }
  return text;
}

} // namespace

TEST_SUITE_BEGIN("fuzz");

TEST_CASE("mutated requests are answered or end the connection, and never hang or crash") {
  harness at;
  std::mt19937_64 random{20270301};
  std::size_t answered = 0;
  std::size_t refused = 0;
  for (int round = 0; round < 8'000; ++round) {
    std::string input;
    for (auto requests = 1 + random() % 3; requests > 0; --requests) {
      input += mutated(seeds[random() % seeds.size()], random);
    }
    const std::size_t piece = random() % 4 == 0 ? 1 : 1 + random() % 5'000;
    const harness::outcome whole = at.talk(input, piece);
    answered += whole.output.find("HTTP/1.1 200") != std::string::npos ? 1U : 0U;
    refused += whole.output.find("HTTP/1.1 400") != std::string::npos ? 1U : 0U;
    // However the bytes are cut, the conversation says the same but for ids and dates: compare the status lines.
    if (round % 10 == 0) {
      const harness::outcome again = at.talk(input, 1 + random() % 3);
      const auto statuses = [](const std::string& text) {
        std::string out;
        for (std::size_t i = text.find("HTTP/1.1 "); i != std::string::npos; i = text.find("HTTP/1.1 ", i + 1)) {
          out += text.substr(i + 9, 4);
        }
        return out;
      };
      // An interim answer is only given when the body is not here yet, which is a matter of the cut.
      if (whole.output.find("HTTP/1.1 100") == std::string::npos &&
          again.output.find("HTTP/1.1 100") == std::string::npos) {
        CAPTURE(round);
        CHECK(statuses(whole.output) == statuses(again.output));
        CHECK(whole.ended == again.ended);
      }
    }
  }
  // The mutations are neither all harmless nor all fatal.
  CHECK(answered > 400);
  CHECK(refused > 400);
}

TEST_CASE("noise is refused") {
  harness at;
  std::mt19937_64 random{7};
  for (int round = 0; round < 2'000; ++round) {
    std::string noise(1 + random() % 400, '\0');
    for (char& c : noise) {
      c = static_cast<char>(random());
    }
    const harness::outcome outcome = at.talk(noise, 64);
    CHECK((outcome.output.empty() || outcome.output.starts_with("HTTP/1.1 400 Bad Request\r\n")));
  }
}

TEST_SUITE_END();
