#include "tools/bench/load_generator.hpp"

#include "tools/bench/interrupt.hpp"
#include "tools/bench/random.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <sys/resource.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <string>

namespace holdfast::tools::bench {

namespace {

namespace net = boost::asio;
using net::ip::tcp;
using error_code = boost::system::error_code;
using clock = std::chrono::steady_clock;

constexpr std::size_t first_read_bytes = 16 * 1024;
constexpr std::size_t answer_bytes_max = 64 * 1024 * 1024;
/// How often time-outs, interrupts and the end are looked at.
constexpr auto watch_period = std::chrono::milliseconds{20};
constexpr std::size_t breaks_per_connection_max = 100;

[[nodiscard]] auto thread_cpu_seconds() noexcept -> double {
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

struct connection {
  explicit connection(net::io_context& io, std::size_t position) : socket{io}, index{position}, in(first_read_bytes) {}

  tcp::socket socket;
  std::size_t index;
  std::vector<char> in;
  std::size_t filled = 0;
  std::string_view out; ///< what is left to send
  clock::time_point due;
  clock::time_point sent;
  std::uint32_t life = 0; ///< raised at every reconnection, so that handlers of an earlier life know it is over
  bool waiting = false;   ///< for an answer
  bool finished = false;
};

class generator {
 public:
  generator(const load_options& options, traffic& what)
      : options_{options}, traffic_{&what}, io_{1}, arrivals_{io_}, watch_{io_}, random_{options.seed} {}

  [[nodiscard]] auto run() -> tl::expected<load_result, failure>;

 private:
  [[nodiscard]] auto connect(connection& c) -> bool;
  void start(connection& c, clock::time_point due);
  void write(connection& c);
  void read(connection& c);
  void take(connection& c);
  void count(const connection& c, outcome what, clock::time_point now);
  void free(connection& c);
  void broken(connection& c);
  void schedule_arrivals();
  void arrive();
  void look_around();
  void end();
  void give_up(std::string why);
  [[nodiscard]] auto open_loop() const noexcept -> bool { return options_.pace != pacing::closed; }
  [[nodiscard]] auto is_measured(clock::time_point due) const noexcept -> bool {
    return due >= window_start_ && due < window_end_;
  }

  load_options options_;
  traffic* traffic_;
  net::io_context io_;
  net::steady_timer arrivals_;
  net::steady_timer watch_;
  random_stream random_;
  std::vector<std::unique_ptr<connection>> connections_;
  std::deque<std::size_t> idle_;
  std::deque<clock::time_point> backlog_;
  clock::time_point window_start_;
  clock::time_point window_end_;
  clock::time_point next_arrival_;
  clock::time_point last_answer_;
  std::size_t outstanding_ = 0;
  std::size_t unfinished_ = 0;
  std::size_t breaks_ = 0;
  bool ended_ = false;
  std::string trouble_;
  load_result result_;
};

auto generator::connect(connection& c) -> bool {
  error_code error;
  c.socket = tcp::socket{io_};
  ++c.life;
  c.filled = 0;
  c.socket.connect(tcp::endpoint{net::ip::address_v4::loopback(), options_.port}, error);
  if (!error) {
    c.socket.set_option(tcp::no_delay{true}, error);
  }
  if (!error) {
    c.socket.non_blocking(true, error);
  }
  if (error) {
    give_up("cannot connect to 127.0.0.1:" + std::to_string(options_.port) + ": " + error.message());
    return false;
  }
  return true;
}

void generator::start(connection& c, clock::time_point due) {
  c.out = traffic_->next(c.index);
  if (c.out.empty()) {
    c.finished = true;
    --unfinished_;
    return;
  }
  c.sent = clock::now();
  c.due = open_loop() ? due : c.sent;
  c.waiting = true;
  ++outstanding_;
  write(c);
}

void generator::write(connection& c) {
  error_code error;
  const auto sent = c.socket.write_some(net::buffer(c.out), error);
  if (error && error != net::error::would_block) {
    broken(c);
    return;
  }
  c.out.remove_prefix(sent);
  if (c.out.empty()) {
    read(c);
    return;
  }
  c.socket.async_wait(tcp::socket::wait_write, [this, &c, life = c.life](error_code failed) {
    if (c.life != life) {
      return;
    }
    failed ? broken(c) : write(c);
  });
}

void generator::read(connection& c) {
  c.socket.async_read_some(net::buffer(c.in.data() + c.filled, c.in.size() - c.filled),
                           [this, &c, life = c.life](error_code error, std::size_t bytes) {
                             if (c.life != life) {
                               return;
                             }
                             if (error) {
                               broken(c);
                               return;
                             }
                             c.filled += bytes;
                             take(c);
                           });
}

void generator::take(connection& c) {
  const auto got = read_response({c.in.data(), c.filled});
  if (got.state == read_state::incomplete) {
    if (c.filled == c.in.size()) {
      if (c.in.size() >= answer_bytes_max) {
        broken(c);
        return;
      }
      c.in.resize(c.in.size() * 2);
    }
    read(c);
    return;
  }
  // More bytes than one answer would belong to a request that was never sent.
  if (got.state == read_state::malformed || got.what.bytes != c.filled) {
    broken(c);
    return;
  }
  const auto now = clock::now();
  count(c, traffic_->answered(c.index, got.what), now);
  c.waiting = false;
  --outstanding_;
  c.filled = 0;
  last_answer_ = now;
  if (!got.what.closes || connect(c)) {
    free(c);
  }
}

void generator::count(const connection& c, outcome what, clock::time_point now) {
  if (!is_measured(c.due)) {
    return;
  }
  const auto latency = static_cast<std::uint64_t>(std::chrono::nanoseconds{now - c.due}.count());
  load_slice* slice = nullptr;
  if (options_.slice.count() > 0) {
    const auto position = static_cast<std::size_t>((now - window_start_) / options_.slice);
    if (position >= result_.slices.size()) {
      result_.slices.resize(position + 1);
    }
    slice = &result_.slices[position];
  }
  switch (what) {
  case outcome::success:
    ++result_.successes;
    result_.success_latency.record(latency);
    if (slice != nullptr) {
      ++slice->successes;
    }
    break;
  case outcome::rejection:
    ++result_.rejections;
    result_.rejection_latency.record(latency);
    if (slice != nullptr) {
      ++slice->rejections;
    }
    break;
  case outcome::failure: ++result_.failures; break;
  case outcome::aside: ++result_.asides; break;
  }
}

/// The connection has no request under way: gives it the next one that is due, if any.
void generator::free(connection& c) {
  if (ended_) {
    return;
  }
  if (!open_loop()) {
    start(c, {});
    return;
  }
  if (backlog_.empty()) {
    idle_.push_back(c.index);
    return;
  }
  const auto due = backlog_.front();
  backlog_.pop_front();
  start(c, due);
}

void generator::broken(connection& c) {
  error_code ignored;
  c.socket.close(ignored);
  ++c.life;
  if (c.waiting) {
    c.waiting = false;
    --outstanding_;
    result_.failures += is_measured(c.due) ? 1U : 0U;
    traffic_->lost(c.index);
  }
  if (++breaks_ > breaks_per_connection_max * options_.connections) {
    give_up("connections keep breaking: the server refuses what is sent, or it is not the server that was meant");
    return;
  }
  if (!ended_ && connect(c)) {
    free(c);
  }
}

void generator::schedule_arrivals() {
  arrivals_.expires_at(next_arrival_);
  arrivals_.async_wait([this](error_code error) {
    if (!error && !ended_) {
      arrive();
    }
  });
}

void generator::arrive() {
  const auto now = clock::now();
  while (next_arrival_ <= now && next_arrival_ < window_end_) {
    if (idle_.empty()) {
      backlog_.push_back(next_arrival_);
      result_.backlog_max = std::max(result_.backlog_max, backlog_.size());
    } else {
      auto& c = *connections_[idle_.front()];
      idle_.pop_front();
      start(c, next_arrival_);
    }
    const auto mean = 1e9 / options_.rate_per_s;
    const auto distance = options_.pace == pacing::poisson ? random_.exponential(mean) : mean;
    next_arrival_ += std::chrono::nanoseconds{static_cast<std::int64_t>(distance)};
  }
  if (next_arrival_ < window_end_) {
    schedule_arrivals();
  }
}

/// Looks for what no answer would tell: time-outs, the end, an interrupt.
void generator::look_around() {
  const auto now = clock::now();
  if (interrupted()) {
    give_up("interrupted");
  }
  for (auto& c : connections_) {
    if (c->waiting && now - c->sent > options_.answer_timeout) {
      broken(*c);
    }
  }
  const bool bounded = options_.duration.count() > 0;
  const bool overdue = bounded && now - window_end_ > options_.answer_timeout;
  const bool over = bounded && now >= window_end_ && backlog_.empty();
  if ((over || overdue || unfinished_ == 0 || !trouble_.empty()) && !ended_) {
    end();
  }
  if (ended_ && (outstanding_ == 0 || overdue || !trouble_.empty())) {
    result_.failures += outstanding_;
    for (auto& c : connections_) {
      ++c->life;
      error_code ignored;
      c->socket.close(ignored);
    }
    arrivals_.cancel();
    return;
  }
  watch_.expires_after(watch_period);
  watch_.async_wait([this](error_code) { look_around(); });
}

void generator::end() {
  ended_ = true;
  result_.failures += backlog_.size();
  if (options_.duration.count() == 0) {
    window_end_ = std::max(last_answer_, window_start_);
  }
}

void generator::give_up(std::string why) {
  if (trouble_.empty()) {
    trouble_ = std::move(why);
  }
  ended_ = true;
}

auto generator::run() -> tl::expected<load_result, failure> {
  for (std::size_t index = 0; index < options_.connections && trouble_.empty(); ++index) {
    connections_.push_back(std::make_unique<connection>(io_, index));
    if (!connect(*connections_.back())) {
      break;
    }
  }
  if (!trouble_.empty()) {
    return tl::unexpected{failure{trouble_}};
  }
  const auto cpu_before = thread_cpu_seconds();
  const auto now = clock::now();
  unfinished_ = options_.connections;
  window_start_ = now + std::chrono::duration_cast<clock::duration>(options_.warm_up);
  window_end_ = options_.duration.count() == 0 ? clock::time_point::max() : window_start_ + options_.duration;
  next_arrival_ = now;
  last_answer_ = now;
  for (auto& c : connections_) {
    free(*c);
  }
  if (open_loop()) {
    schedule_arrivals();
  }
  look_around();
  io_.run();
  if (!trouble_.empty()) {
    return tl::unexpected{failure{trouble_}};
  }
  result_.seconds = std::chrono::duration<double>(window_end_ - window_start_).count();
  result_.generator_cpu_seconds = thread_cpu_seconds() - cpu_before;
  return std::move(result_);
}

} // namespace

auto run_load(const load_options& options, traffic& what) -> tl::expected<load_result, failure> {
  if (options.connections == 0 || (options.pace != pacing::closed && options.rate_per_s <= 0)) {
    return tl::unexpected{failure{"a load needs connections, and an open loop a rate above 0"}};
  }
  generator sender{options, what};
  return sender.run();
}

} // namespace holdfast::tools::bench
