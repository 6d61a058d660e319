#include "http/exchange_access.hpp"
#include "http/io_lane.hpp"
#include "tests/http/test_server.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <doctest/doctest.h>

#include <atomic>
#include <thread>
#include <vector>

using namespace holdfast::http;
using namespace holdfast::http::test;

namespace {

/// Where tasks end up.
struct tally {
  std::atomic<int> ran = 0;
  std::atomic<int> discarded = 0;
  std::vector<int> last; ///< by poster: number of its last task that ran; lane's thread only
  std::atomic<bool> in_order = true;
};

class counted_task final : public lane_task {
 public:
  counted_task(tally& to, std::size_t poster, int number) : to_{to}, poster_{poster}, number_{number} {}

  void run() noexcept override {
    if (to_.last[poster_] >= number_) {
      to_.in_order = false;
    }
    to_.last[poster_] = number_;
    to_.ran.fetch_add(1);
    delete this;
  }

  void discard() noexcept override {
    to_.discarded.fetch_add(1);
    delete this;
  }

 private:
  tally& to_;
  std::size_t poster_;
  int number_;
};

/// A lane with its thread, without a server.
struct lane_thread {
  lane_thread() {
    thread = std::thread{[this] {
      lane->enter();
      context->run();
      lane->leave();
    }};
  }

  void end() {
    if (thread.joinable()) {
      boost::asio::post(*context, [this] { guard.reset(); });
      thread.join();
    }
  }

  ~lane_thread() {
    end();
    lane->close();
  }

  std::shared_ptr<boost::asio::io_context> context = std::make_shared<boost::asio::io_context>(1);
  std::shared_ptr<io_lane> lane = std::make_shared<io_lane>(context);
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard{context->get_executor()};
  std::thread thread;
};

} // namespace

TEST_SUITE_BEGIN("lane");

TEST_CASE("tasks of many threads all run on the lane's thread, each thread's in their order") {
  constexpr int posters = 4;
  constexpr int tasks = 5'000;
  tally to;
  to.last.assign(posters, -1);
  lane_thread at;
  CHECK_FALSE(at.lane->is_own_thread());
  std::vector<std::thread> threads;
  for (std::size_t poster = 0; poster < posters; ++poster) {
    threads.emplace_back([&, poster] {
      for (int i = 0; i < tasks; ++i) {
        at.lane->post(*new counted_task{to, poster, i});
      }
    });
  }
  for (std::thread& each : threads) {
    each.join();
  }
  CHECK(await([&] { return to.ran == posters * tasks; }));
  CHECK(to.in_order);
  CHECK(to.discarded == 0);
}

TEST_CASE("a lane that closes while others post runs or discards every task, once") {
  constexpr int posters = 3;
  constexpr int tasks = 3'000;
  for (int round = 0; round < 5; ++round) {
    tally to;
    to.last.assign(posters, -1);
    std::atomic<int> posted = 0;
    std::vector<std::thread> threads;
    {
      lane_thread at;
      for (std::size_t poster = 0; poster < posters; ++poster) {
        threads.emplace_back([&, poster, lane = at.lane] {
          for (int i = 0; i < tasks; ++i) {
            lane->post(*new counted_task{to, poster, i});
            posted.fetch_add(1);
          }
        });
      }
      CHECK(await([&] { return posted > 500; }));
      at.end();
    }
    for (std::thread& each : threads) {
      each.join();
    }
    CHECK(to.ran + to.discarded == posters * tasks);
  }
}

TEST_CASE("answers that outlive lane and connection free everything, whoever is last") {
  for (int round = 0; round < 200; ++round) {
    auto at = std::make_unique<lane_thread>();
    auto owner = std::make_unique<exchange_owner>(at->lane);
    exchange_access::set_stage(**owner, exchange_access::stage::handling);
    auto promise = std::make_unique<deferred>((*owner)->defer());
    std::thread late{[promise = std::move(promise)]() mutable {
      promise->operator->()->json().begin_object().end_object();
      promise.reset(); // as a lost one
    }};
    at->end();
    owner.reset();
    at.reset();
    late.join();
  }
  CHECK(true); // the sanitizers judge
}

TEST_CASE("answers arrive from several threads while connections come and go") {
  test_server server;
  std::atomic<bool> stop = false;
  std::vector<std::thread> clients;
  std::atomic<int> answered = 0;
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back([&, i] {
      for (int round = 0; round < 60; ++round) {
        auto client = server.client();
        client->send(get("/later") + get("/later"));
        if (round % 3 != i % 3) {
          answered += client->receive() ? 1 : 0;
        } // the others hang up without listening
      }
    });
  }
  for (std::thread& each : clients) {
    each.join();
  }
  stop = true;
  CHECK(answered == 4 * 40);
  CHECK(await([&] { return server.own->connections() == 0; }));
}

TEST_SUITE_END();
