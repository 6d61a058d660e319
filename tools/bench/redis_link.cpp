#include "tools/bench/redis_link.hpp"

#include <vector>

namespace holdfast::tools::bench {

namespace {

struct reply_closer {
  void operator()(redisReply* reply) const noexcept { freeReplyObject(reply); }
};
using reply_ptr = std::unique_ptr<redisReply, reply_closer>;

[[nodiscard]] auto next_reply(redisContext& link) -> reply_ptr {
  void* reply = nullptr;
  if (redisGetReply(&link, &reply) != REDIS_OK) {
    return nullptr;
  }
  return reply_ptr{static_cast<redisReply*>(reply)};
}

} // namespace

auto redis_link::connect(std::uint16_t port, const std::string& password) -> tl::expected<redis_link, failure> {
  const timeval patience{5, 0};
  redis_link link{redisConnectWithTimeout("127.0.0.1", port, patience)};
  if (link.link_ == nullptr || link.link_->err != 0) {
    return tl::unexpected{failure{"connecting to Redis failed"}};
  }
  const reply_ptr reply{static_cast<redisReply*>(redisCommand(link.link_.get(), "AUTH %s", password.c_str()))};
  if (reply == nullptr || reply->type == REDIS_REPLY_ERROR) {
    return tl::unexpected{failure{"Redis refused the password"}};
  }
  return link;
}

auto redis_link::lock(std::uint64_t hold, std::span<const std::uint32_t> seats) -> lock_result {
  for (const auto seat : seats) {
    redisAppendCommand(link_.get(), "SET seat:%u %llu NX EX 600", seat, static_cast<unsigned long long>(hold));
  }
  std::vector<std::uint32_t> taken;
  bool sound = true;
  for (const auto seat : seats) {
    const auto reply = next_reply(*link_);
    sound = sound && reply != nullptr && reply->type != REDIS_REPLY_ERROR;
    if (reply != nullptr && reply->type == REDIS_REPLY_STATUS) {
      taken.push_back(seat);
    }
  }
  if (sound && taken.size() == seats.size()) {
    return lock_result::taken;
  }
  const bool undone = taken.empty() || unlock(taken);
  return sound && undone ? lock_result::refused : lock_result::broken;
}

auto redis_link::unlock(std::span<const std::uint32_t> seats) -> bool {
  for (const auto seat : seats) {
    redisAppendCommand(link_.get(), "DEL seat:%u", seat);
  }
  bool sound = true;
  for (std::size_t i = 0; i < seats.size(); ++i) {
    const auto reply = next_reply(*link_);
    sound = sound && reply != nullptr && reply->type == REDIS_REPLY_INTEGER;
  }
  return sound;
}

} // namespace holdfast::tools::bench
