#pragma once

#include "tools/bench/failure.hpp"

#include <hiredis/hiredis.h>
#include <tl/expected.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace holdfast::tools::bench {

/// One connection to Redis; blocking; one thread at a time.
class redis_link {
 public:
  [[nodiscard]] static auto connect(std::uint16_t port, const std::string& password)
      -> tl::expected<redis_link, failure>;

  enum class lock_result : std::uint8_t { taken, refused, broken };
  /// `SET seat:<n> <hold> NX EX 600` for every seat, sent together; gives back those it got when it did not get all.
  [[nodiscard]] auto lock(std::uint64_t hold, std::span<const std::uint32_t> seats) -> lock_result;
  [[nodiscard]] auto unlock(std::span<const std::uint32_t> seats) -> bool;

 private:
  struct closer {
    void operator()(redisContext* link) const noexcept { redisFree(link); }
  };
  explicit redis_link(redisContext* link) : link_{link} {}

  std::unique_ptr<redisContext, closer> link_;
};

} // namespace holdfast::tools::bench
