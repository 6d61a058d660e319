#include "projections/past/past_sales.hpp"

#include "journal/codec.hpp"
#include "journal/fold.hpp"

#include <exception>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace holdfast::projections {

namespace {

struct sales_fold {
  sales_fold(domain::event_id event, std::uint64_t to)
      : sales{std::make_shared<event_sales>(event)}, chain{{journal::stream_kind::event, event.value()}}, last{to} {}

  /// False: the last fact is folded, or the next one is not sound.
  auto take(std::span<const journal::record_view> records) -> bool {
    for (const auto& record : records) {
      if (sales->seq() == last || !take(record))
        return false;
    }
    return sales->seq() < last;
  }

  auto take(const journal::record_view& record) -> bool {
    if (auto follows = chain.take(record); !follows) {
      trouble = std::move(follows.error());
      return false;
    }
    const auto fact = journal::decode_fact(record);
    if (!fact) {
      trouble = fact.error();
      return false;
    }
    try {
      sales->fold(*fact);
    } catch (const std::exception& error) {
      trouble = journal::failure{journal::failure_kind::corrupt, error.what()};
    }
    return !trouble;
  }

  std::shared_ptr<event_sales> sales;
  journal::chain_check chain;
  const std::uint64_t last;
  std::optional<journal::failure> trouble;
};

} // namespace

void fold_sales(journal::journal& from, domain::event_id event, std::uint64_t seq,
                std::function<void(tl::expected<std::shared_ptr<const event_sales>, journal::failure>)> done) {
  const auto fold = std::make_shared<sales_fold>(event, seq);
  from.read(
      {journal::stream_kind::event, event.value()}, 1,
      [fold](std::span<const journal::record_view> records) { return fold->take(records); },
      [fold, done = std::move(done)](tl::expected<journal::cursor, journal::failure> reached) {
        if (!reached && !fold->trouble)
          fold->trouble = std::move(reached.error());
        if (!fold->trouble && fold->sales->seq() != fold->last)
          fold->trouble = journal::failure{journal::failure_kind::corrupt, "the stream ends before its head"};
        if (fold->trouble)
          done(tl::unexpected{std::move(*fold->trouble)});
        else
          done(std::shared_ptr<const event_sales>{fold->sales});
      });
}

} // namespace holdfast::projections
