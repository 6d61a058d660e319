#include "tests/model/planted_waitlist_bugs.hpp"

#include "tests/model/planting.hpp"

#include <algorithm>
#include <utility>

namespace holdfast::model {
namespace {

using namespace domain;

/// What an event would decide whose waitlist were another one.
template <class Change>
auto with_another_list(const char* what, Change change) -> planted_bug {
  return deciding(what, [change](const event_state& state, const command& asked, instant now, outcome got) -> outcome {
    if (!std::holds_alternative<match_waitlist>(asked.body) || state.waiting() == 0) {
      return got;
    }
    auto image = state.image();
    for (auto& one : image.waitlist) {
      change(one);
    }
    const auto other = event_state::from_image(std::move(image));
    return other ? decide(*other, asked, now) : got;
  });
}

template <class Change>
auto offering(const char* what, Change change) -> planted_bug {
  return deciding(what, [change](const event_state& state, const command& asked, instant now, outcome got) {
    if (std::holds_alternative<match_waitlist>(asked.body) && got && !got->empty()) {
      change(state, now, std::get<hold_created>(got->back().body));
    }
    return got;
  });
}

/// Whoever comes last of those who wait gets what the first one was to have.
void give_to_the_last(const event_state& state, instant, hold_created& made) {
  const auto all = state.waitlist();
  for (auto last = all.rbegin(); last != all.rend(); ++last) {
    if (last->offered == 0 && last->number > made.waitlist) {
      made.waitlist = last->number;
      made.by = {last->who, {}};
      return;
    }
  }
}

/// Lets somebody on the waitlist who was refused for this.
auto joins_anyway(const char* what, reason refused) -> planted_bug {
  return deciding(what, [refused](const event_state& state, const command& asked, instant now, outcome got) -> outcome {
    const auto* wish = std::get_if<join_waitlist>(&asked.body);
    if (wish == nullptr || !refused_as(got, refused)) {
      return got;
    }
    return facts{{now, asked.id,
                  waitlist_joined{waitlist_number{state.last_waitlist().value() + 1}, asked.by.subject,
                                  wish->rank.value_or(0), wish->choices}}};
  });
}

} // namespace

auto wrong_waitlists() -> std::vector<planted_bug> {
  return {
      offering("a later order overtakes an earlier one", give_to_the_last),
      with_another_list("an offer costs more than its buyer would pay",
                        [](waitlist_order& one) {
                          for (auto& choice : one.choices) {
                            choice.each_max = limits::price_max;
                          }
                        }),
      with_another_list("the second choice of somebody comes before their first",
                        [](waitlist_order& one) { std::ranges::reverse(one.choices); }),
      with_another_list("groups of an offer are torn apart",
                        [](waitlist_order& one) {
                          auto& groups = one.choices.front().groups;
                          if (groups.size() == 1 && groups.front() == 2 && one.choices.front().accessible == 0) {
                            groups = {1, 1};
                          }
                        }),
      offering("an offer stands as long as any hold",
               [](const event_state& state, instant now, hold_created& made) {
                 made.expires_at = now + state.config().hold_time;
                 made.cap_at = now + state.config().hold_cap;
               }),
      joins_anyway("somebody waits for what they could have", reason::places_available),
      joins_anyway("somebody waits twice", reason::already_waiting),
      joins_anyway("there is a waitlist where there is none", reason::waitlist_closed),
      folding<waitlist_joined>("whoever joins is folded further behind", [](waitlist_joined& what) { ++what.rank; }),
      restoring_image("a snapshot forgets who waits", [](state_image& image) { image.waitlist.clear(); }),
      restoring_image("a snapshot forgets what is offered to them", [](state_image& image) {
        for (auto& one : image.waitlist) {
          one.offered = 0;
        }
      })};
}

} // namespace holdfast::model
