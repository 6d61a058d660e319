#include "tracing/traced_commit.hpp"

namespace holdfast::tracing {

void traced_commit::completed(bool durable) const noexcept {
  span what = of_->span_of(id_, of_->root(), facts_ == 0 ? "journal wait" : "journal commit", appended_, clock::now());
  if (facts_ != 0) {
    // The folds go on after it, and after the answer.
    what.kind = span_kind::producer;
    what.attributes.push_back({"holdfast.journal.first_seq", static_cast<std::int64_t>(first_seq_)});
    what.attributes.push_back({"holdfast.journal.facts", static_cast<std::int64_t>(facts_)});
  }
  what.failed = !durable;
  of_->record(std::move(what));
}

void traced_commit::folded(std::string_view projection, std::size_t groups, clock::time_point began) const noexcept {
  std::string name{"fold "};
  name.append(projection);
  span what = of_->span_of(of_->next_id(), id_, name, began, clock::now());
  what.kind = span_kind::consumer;
  what.attributes.push_back({"holdfast.projection.name", std::string{projection}});
  what.attributes.push_back({"holdfast.projection.commands", static_cast<std::int64_t>(groups)});
  what.attributes.push_back({"holdfast.journal.first_seq", static_cast<std::int64_t>(first_seq_)});
  of_->record(std::move(what));
}

} // namespace holdfast::tracing
