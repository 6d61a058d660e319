#include "projections/store/offline_parts.hpp"

#include <exception>
#include <future>
#include <utility>

namespace holdfast::projections {

using journal::failure;
using journal::failure_kind;

namespace {

auto next_chunk(journal::journal& from, const journal::cursor& at, const std::shared_ptr<const projection>& for_whom)
    -> tl::expected<fact_chunk, failure> {
  std::promise<tl::expected<fact_chunk, failure>> answer;
  read_chunk(from, at, for_whom, {},
             [&](tl::expected<fact_chunk, failure> chunk) { answer.set_value(std::move(chunk)); });
  return answer.get_future().get();
}

} // namespace

auto fold_to_end(projection& what, const std::shared_ptr<const projection>& shared, journal::journal& from,
                 const fold_progress& progress) -> tl::expected<std::uint64_t, failure> {
  std::uint64_t commands = 0;
  auto at = what.position();
  for (bool more = true; more;) {
    auto chunk = next_chunk(from, at, shared);
    if (!chunk)
      return tl::unexpected{std::move(chunk.error())};
    try {
      for (const auto& group : chunk->groups)
        what.apply({group.stream, group.first_seq, group.facts.get(), 0, group.facts});
    } catch (const std::exception& error) {
      return tl::unexpected{failure{failure_kind::corrupt, error.what()}};
    }
    what.publish(chunk->after);
    commands += chunk->groups.size();
    progress(commands);
    at = std::move(chunk->after);
    more = !chunk->to_present;
  }
  return commands;
}

} // namespace holdfast::projections
