#include "http/census.hpp"

#include "domain/check.hpp"
#include "domain/strong_id.hpp"

#include <cstdint>
#include <cstring>

namespace holdfast::http {

auto connection_census::address_hash::operator()(const client_address& address) const noexcept -> std::size_t {
  std::uint64_t halves[2] = {};
  std::memcpy(halves, address.bytes.data(), sizeof halves);
  return static_cast<std::size_t>(domain::mix64(halves[0] ^ domain::mix64(halves[1])));
}

auto connection_census::enter(const client_address& address, bool exempt) -> verdict {
  const std::scoped_lock lock{mutex_};
  if (count_ >= connections_max_) {
    return verdict::too_many;
  }
  if (!exempt) {
    std::size_t& of_address = by_address_[address.subscriber()];
    if (of_address >= per_address_max_) {
      return verdict::too_many_of_address;
    }
    ++of_address;
  }
  ++count_;
  return verdict::admitted;
}

void connection_census::leave(const client_address& address, bool exempt) noexcept {
  const std::scoped_lock lock{mutex_};
  HF_CHECK(count_ > 0, "who leaves has entered");
  if (!exempt) {
    const auto at = by_address_.find(address.subscriber());
    HF_CHECK(at != by_address_.end(), "who leaves has entered");
    if (--at->second == 0) {
      by_address_.erase(at);
    }
  }
  if (--count_ == 0) {
    empty_.notify_all();
  }
}

auto connection_census::count() const -> std::size_t {
  const std::scoped_lock lock{mutex_};
  return count_;
}

auto connection_census::await_empty(std::chrono::milliseconds limit) const -> bool {
  std::unique_lock lock{mutex_};
  return empty_.wait_for(lock, limit, [this] { return count_ == 0; });
}

} // namespace holdfast::http
