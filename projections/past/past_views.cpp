#include "projections/past/past_views.hpp"

#include "projections/event_entry.hpp"
#include "projections/past/past_sales.hpp"
#include "projections/past/time_search.hpp"
#include "projections/views.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace holdfast::projections {

namespace {

auto is_report(past_form form) noexcept -> bool {
  return form == past_form::report || form == past_form::report_csv;
}

/// `moment`: that it is as of.
auto report_body(const report_figures& from, bool csv, domain::instant moment, domain::instant now)
    -> std::shared_ptr<const view_body> {
  auto body = std::make_shared<view_body>();
  body->bytes = csv ? report_csv(from) : report_json(from);
  body->seq = from.seq;
  body->etag.append("W/\"").append(std::to_string(from.seq)).append(csv ? "-past-report-csv." : "-past-report.");
  body->etag.append(std::to_string(moment.unix_ms)).append("\"");
  body->made_at = now;
  body->organisation = from.organisation;
  return body;
}

} // namespace

/// One look, from the question to the answer. Its steps run one after the other on the read pool.
class past_views::look : public std::enable_shared_from_this<look> {
 public:
  look(std::shared_ptr<past_views> owner, past_wish what, past_done done)
      : owner_{std::move(owner)},
        wish_{std::move(what)},
        done_{std::move(done)},
        stream_{journal::stream_kind::event, wish_.event.value()} {}

  look(const look&) = delete;
  auto operator=(const look&) -> look& = delete;

  ~look() { over(); }

  void start() {
    if (owner_->from_.is_absent()) {
      answer({past_outcome::unavailable});
      return;
    }
    const auto head = owner_->from_.head(stream_);
    if (!head)
      answer({past_outcome::overloaded});
    else if (wish_.seq)
      go_to(*wish_.seq <= head->seq ? *wish_.seq : 0);
    else if (head->time <= *wish_.at)
      go_to(head->seq);
    else
      seq_at(owner_->from_, stream_, head->seq, *wish_.at,
             [self = shared_from_this()](std::optional<std::uint64_t> seq) {
               if (seq)
                 self->go_to(*seq);
               else
                 self->answer({past_outcome::overloaded});
             });
  }

 private:
  void go_to(std::uint64_t seq) {
    seq_ = seq;
    if (seq == 0)
      answer({past_outcome::not_found});
    else if (is_report(wish_.form) && seq <= owner_->within_.facts_max)
      fold_history();
    else if (const auto known = owner_->find(wish_.event, seq))
      show(known);
    else if (seq - nearest_snapshot() > owner_->within_.facts_max)
      too_far();
    else
      fold();
  }

  /// A report with its whole history.
  void fold_history() {
    fold_sales(
        owner_->from_, wish_.event, seq_,
        [self = shared_from_this()](const tl::expected<std::shared_ptr<const event_sales>, journal::failure>& made) {
          if (made)
            self->show_report((*made)->figures(self->moment_of((*made)->last_fact())));
          else
            self->answer_failure(made.error());
        });
  }

  void fold() {
    journal::fold_event(
        owner_->from_, owner_->snapshots_, wish_.event, seq_,
        [self = shared_from_this()](tl::expected<journal::folded, journal::failure> made) {
          if (made)
            self->folded(made->state);
          else if (made.error().kind == journal::failure_kind::invalid)
            self->too_far(); // a snapshot has turned out to be damaged meanwhile
          else
            self->answer_failure(made.error());
        },
        owner_->within_.facts_max);
  }

  void answer_failure(const journal::failure& why) {
    const bool damaged = why.kind == journal::failure_kind::corrupt;
    answer({damaged ? past_outcome::unreadable : past_outcome::overloaded});
  }

  void folded(const domain::event_state& from) {
    if (from.seq() != seq_) {
      answer({past_outcome::unreadable}); // the stream ends before its head
      return;
    }
    const auto whole = make_fold(wish_.event, from, *owner_->layouts_, true);
    auto made = std::make_shared<const state>(state{picture_of(whole), whole.layout, figures_of(from)});
    owner_->keep(made);
    show(made);
  }

  void show(const state_ptr& what) {
    const auto now = owner_->clock_();
    if (is_report(wish_.form)) {
      auto figures = what->figures;
      figures.sale = sale_at(figures, moment_of(figures.last_fact));
      show_report(figures);
      return;
    }
    if (wish_.form == past_form::seats_binary) {
      answer({past_outcome::ok, encode_seats_binary(*what->picture, now).body});
      return;
    }
    owner_->layouts_->get(what->layout, [self = shared_from_this(), what, now](const layout_store::seats_ptr& seats) {
      if (!seats) {
        const bool damaged = layout_store::why_not(what->layout) == read_outcome::unreadable;
        self->answer({damaged ? past_outcome::unreadable : past_outcome::overloaded});
      } else if (self->wish_.form == past_form::seats) {
        self->answer({past_outcome::ok, encode_seats(*what->picture, *seats, now).body});
      } else if (const auto section = seats->find_section(self->wish_.section)) {
        self->answer({past_outcome::ok, encode_section(*what->picture, *seats, *section, now).body});
      } else {
        self->answer({past_outcome::not_found});
      }
    });
  }

  void show_report(const report_figures& from) {
    const bool csv = wish_.form == past_form::report_csv;
    answer({past_outcome::ok, report_body(from, csv, moment_of(from.last_fact), owner_->clock_())});
  }

  /// What is looked at: the time that was asked for, or the one of the last fact.
  [[nodiscard]] auto moment_of(domain::instant last_fact) const noexcept -> domain::instant {
    return wish_.at.value_or(last_fact);
  }

  /// The seq of the newest snapshot at or before the place; 0 when there is none.
  [[nodiscard]] auto nearest_snapshot() const -> std::uint64_t {
    const auto kept = snapshots();
    const auto after = std::ranges::upper_bound(kept, seq_);
    return after == kept.begin() ? 0 : *std::prev(after);
  }

  [[nodiscard]] auto snapshots() const -> std::vector<std::uint64_t> {
    return owner_->snapshots_ != nullptr ? owner_->snapshots_->list(wish_.event) : std::vector<std::uint64_t>{};
  }

  void too_far() {
    past_answer what{past_outcome::too_far};
    what.before = std::min(seq_, nearest_snapshot() + owner_->within_.facts_max);
    const auto kept = snapshots();
    const auto after = std::ranges::upper_bound(kept, seq_);
    what.after = after == kept.end() ? 0 : *after;
    answer(std::move(what));
  }

  /// The look is over before the asker hears of it, so that they may ask again at once.
  void answer(past_answer what) {
    over();
    done_(std::move(what));
  }

  void over() {
    if (!std::exchange(over_, true))
      owner_->end(wish_.requester);
  }

  const std::shared_ptr<past_views> owner_;
  const past_wish wish_;
  const past_done done_;
  bool over_ = false;
  const journal::stream_id stream_;
  std::uint64_t seq_ = 0;
};

past_views::past_views(journal::journal& from, journal::snapshot_store* snapshots,
                       std::shared_ptr<layout_store> layouts, clock_function clock, bounds within)
    : from_{from}, snapshots_{snapshots}, layouts_{std::move(layouts)}, clock_{std::move(clock)}, within_{within} {}

void past_views::read(past_wish what, past_done done) {
  if (const auto allowed = begin(what.requester); allowed != past_outcome::ok) {
    done({allowed});
    return;
  }
  const auto asked = std::make_shared<past_done>(std::move(done));
  auto one = std::make_shared<look>(shared_from_this(), std::move(what),
                                    [asked](past_answer answer) { (*asked)(std::move(answer)); });
  if (!from_.run_on_read_pool([one] { one->start(); }))
    (*asked)({past_outcome::overloaded});
}

auto past_views::begin(std::uint64_t requester) -> past_outcome {
  const std::scoped_lock lock{mutex_};
  if (looking_.contains(requester))
    return past_outcome::busy;
  if (looking_.size() >= within_.looks_max)
    return past_outcome::overloaded;
  looking_.insert(requester);
  return past_outcome::ok;
}

void past_views::end(std::uint64_t requester) {
  const std::scoped_lock lock{mutex_};
  looking_.erase(requester);
}

auto past_views::find(domain::event_id event, std::uint64_t seq) -> state_ptr {
  const std::scoped_lock lock{mutex_};
  const auto found = std::ranges::find_if(
      kept_, [&](const state_ptr& one) { return one->picture->event == event && one->picture->seq == seq; });
  if (found == kept_.end())
    return nullptr;
  kept_.splice(kept_.begin(), kept_, found);
  return kept_.front();
}

void past_views::keep(const state_ptr& made) {
  const std::scoped_lock lock{mutex_};
  kept_.push_front(made);
  if (kept_.size() > within_.states_kept)
    kept_.pop_back();
}

} // namespace holdfast::projections
