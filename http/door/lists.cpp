#include "http/door/lists.hpp"

#include "domain/strong_id.hpp"

#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

namespace holdfast::http::door {

namespace {

auto small_letters(std::string_view text) -> std::string {
  std::string out{text};
  std::ranges::transform(out, out.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

auto trimmed(std::string_view line) -> std::string_view {
  line = line.substr(0, line.find('#'));
  constexpr std::string_view blanks = " \t\r";
  const auto first = line.find_first_not_of(blanks);
  return first == std::string_view::npos ? std::string_view{}
                                         : line.substr(first, line.find_last_not_of(blanks) - first + 1);
}

/// Calls `add` with every line that says something; it returns what is wrong with it, or nothing.
template <class Add>
auto read_lines(const std::filesystem::path& file, std::size_t lines_max, Add add) -> tl::expected<void, failure> {
  std::ifstream stream{file, std::ios::binary};
  if (!stream) {
    return tl::unexpected{failure{"cannot read " + file.string()}};
  }
  std::string text;
  std::size_t number = 0;
  std::size_t bytes = 0;
  std::size_t kept = 0;
  while (std::getline(stream, text)) {
    ++number;
    bytes += text.size() + 1;
    const auto line = trimmed(text);
    if (line.empty()) {
      continue;
    }
    const std::string_view wrong =
        bytes > list_limits::file_bytes_max || ++kept > lines_max ? std::string_view{"is one too many"} : add(line);
    if (!wrong.empty()) {
      return tl::unexpected{failure{file.string() + ", line " + std::to_string(number) + ": it " + std::string{wrong}}};
    }
  }
  if (stream.bad()) { // such as a directory
    return tl::unexpected{failure{"cannot read " + file.string()}};
  }
  return {};
}

auto read_networks(const std::filesystem::path& file, network_list& to) -> tl::expected<void, failure> {
  return read_lines(file, list_limits::networks_max, [&to](std::string_view line) -> std::string_view {
    const auto one = parse_network(line);
    if (one) {
      to.add(*one);
    }
    return one ? std::string_view{} : one.error();
  });
}

auto read_agents(const std::filesystem::path& file, std::vector<std::string>& to) -> tl::expected<void, failure> {
  return read_lines(file, list_limits::agents_max, [&to](std::string_view line) -> std::string_view {
    if (line.size() < list_limits::agent_bytes_min || line.size() > list_limits::agent_bytes_max) {
      return "must have 3 to 128 bytes";
    }
    to.push_back(small_letters(line));
    return {};
  });
}

} // namespace

void network_list::add(const network& what) {
  by_prefix_[what.prefix_bits].insert(masked(what.base, what.prefix_bits));
}

auto network_list::contains(const client_address& address) const -> bool {
  return std::ranges::any_of(by_prefix_,
                             [&](const auto& each) { return each.second.contains(masked(address, each.first)); });
}

auto network_list::size() const noexcept -> std::size_t {
  std::size_t sum = 0;
  for (const auto& [prefix, networks] : by_prefix_) {
    sum += networks.size();
  }
  return sum;
}

auto network_list::address_hash::operator()(const client_address& of) const noexcept -> std::size_t {
  std::uint64_t mixed = 0;
  for (const auto byte : of.bytes) {
    mixed = domain::mix64(mixed ^ byte);
  }
  return static_cast<std::size_t>(mixed);
}

auto suspect_lists::names_agent(std::string_view user_agent) const -> bool {
  const auto text = small_letters(user_agent.substr(0, list_limits::user_agent_bytes_max));
  return std::ranges::any_of(agents, [&text](const std::string& each) { return text.find(each) != std::string::npos; });
}

watched_lists::watched_lists(std::filesystem::path networks, std::filesystem::path agents)
    : networks_{std::move(networks)}, agents_{std::move(agents)} {}

watched_lists::~watched_lists() {
  {
    const std::scoped_lock lock{mutex_};
    ended_ = true;
  }
  ending_.notify_all();
  if (thread_.joinable()) {
    thread_.join();
  }
}

auto watched_lists::open(std::filesystem::path networks, std::filesystem::path agents,
                         std::chrono::milliseconds look_every)
    -> tl::expected<std::unique_ptr<watched_lists>, failure> {
  std::unique_ptr<watched_lists> made{new watched_lists{std::move(networks), std::move(agents)}};
  if (made->networks_.empty() && made->agents_.empty()) {
    return made;
  }
  if (auto read = made->refresh(); !read) {
    return tl::unexpected{std::move(read.error())};
  }
  auto& my = *made;
  my.thread_ = std::thread{[&my, look_every] { my.watch(look_every); }};
  return made;
}

auto watched_lists::current() const -> std::shared_ptr<const suspect_lists> {
  const std::scoped_lock lock{mutex_};
  return current_;
}

auto watched_lists::refresh() -> tl::expected<bool, failure> {
  const std::scoped_lock one_at_a_time{refreshing_};
  // Before they are read: a change while they are is found the next time.
  const auto now = marks();
  if (now == read_) {
    return false;
  }
  auto made = std::make_shared<suspect_lists>();
  auto read = networks_.empty() ? tl::expected<void, failure>{} : read_networks(networks_, made->networks);
  if (read && !agents_.empty()) {
    read = read_agents(agents_, made->agents);
  }
  if (!read) {
    return tl::unexpected{std::move(read.error())};
  }
  read_ = now;
  const std::scoped_lock lock{mutex_};
  current_ = std::move(made);
  return true;
}

auto watched_lists::marks() const -> std::array<mark, 2> {
  const auto mark_of = [](const std::filesystem::path& file) {
    struct stat about {};
    if (file.empty() || ::stat(file.c_str(), &about) != 0) {
      return mark{-1};
    }
    return mark{static_cast<std::int64_t>(about.st_ino), about.st_size, about.st_mtim.tv_sec, about.st_mtim.tv_nsec};
  };
  return {mark_of(networks_), mark_of(agents_)};
}

void watched_lists::watch(std::chrono::milliseconds look_every) {
  std::string said;
  std::unique_lock lock{mutex_};
  while (!ending_.wait_for(lock, look_every, [this] { return ended_; })) {
    lock.unlock();
    if (const auto read = refresh(); !read) {
      // Once for each fault, not every time that somebody looks.
      if (read.error().what != said) {
        spdlog::error("the lists of suspects stay as they were: {}", read.error().what);
      }
      said = read.error().what;
    } else if (*read) {
      said.clear();
      spdlog::info("the lists of suspects were read again: {} networks, {} agents", current()->networks.size(),
                   current()->agents.size());
    }
    lock.lock();
  }
}

} // namespace holdfast::http::door
