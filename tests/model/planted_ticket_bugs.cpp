#include "tests/model/planted_ticket_bugs.hpp"

#include "tests/model/planting.hpp"

#include <utility>

namespace holdfast::model {
namespace {

using namespace domain;

/// As if the question had been another one, when it was refused for this.
template <class Body, class Change>
auto asking_otherwise(const char* what, reason refused, Change change) -> planted_bug {
  return deciding(what, [refused, change](const event_state& state, command asked, instant now, outcome got) {
    auto* body = std::get_if<Body>(&asked.body);
    if (body == nullptr || !refused_as(got, refused)) {
      return got;
    }
    change(state, asked, *body);
    return decide(state, asked, now);
  });
}

template <class Fact, class Change>
auto changing(const char* what, Change change) -> planted_bug {
  return deciding(what, [change](const event_state&, const command&, instant, outcome got) {
    if (got && !got->empty()) {
      if (auto* fact = std::get_if<Fact>(&got->back().body)) {
        change(*fact);
      }
    }
    return got;
  });
}

template <class Change>
auto restoring(const char* what, Change change) -> planted_bug {
  return restoring_image(what, [change](state_image& image) { change(image.tickets); });
}

template <class Change>
auto restoring_offers(const char* what, Change change) -> planted_bug {
  auto guilty = the_domain();
  guilty.restore = [change](state_image image) {
    change(image.offers);
    return event_state::from_image(std::move(image));
  };
  return {what, std::move(guilty)};
}

auto serial_of(const event_state& state, const ticket_number& number) -> std::uint16_t {
  const auto its = state.find(number);
  return its ? its->serial : std::uint16_t{0};
}

} // namespace

auto wrong_tickets() -> std::vector<planted_bug> {
  return {
      asking_otherwise<claim_ticket>(
          "an old offer is as good as a new one", reason::claim_void,
          [](const event_state& state, command&, claim_ticket& what) { what.serial = serial_of(state, what.ticket); }),
      asking_otherwise<admit_ticket>(
          "an old code lets people in", reason::ticket_revoked,
          [](const event_state& state, command&, admit_ticket& what) { what.serial = serial_of(state, what.ticket); }),
      asking_otherwise<reissue_ticket>("anybody has a ticket re-issued", reason::not_found,
                                       [](const event_state& state, command& asked, reissue_ticket& what) {
                                         if (const auto its = state.find(what.ticket);
                                             its && asked.by.as == caller::kind::buyer) {
                                           asked.by.subject = its->holder.subject;
                                         }
                                       }),
      asking_otherwise<undo_admission>("any scan undoes an admission", reason::not_admitted,
                                       [](const event_state& state, command&, undo_admission& what) {
                                         if (const auto its = state.find(what.ticket); its && its->used) {
                                           what.nonce = its->used->nonce;
                                         }
                                       }),
      deciding("a ticket that was used is handed on",
               [](const event_state& state, const command& asked, instant now, outcome got) -> outcome {
                 const auto* what = std::get_if<claim_ticket>(&asked.body);
                 if (what == nullptr || !refused_as(got, reason::ticket_used)) {
                   return got;
                 }
                 const auto its = state.find(what->ticket);
                 return facts{{now, asked.id,
                               ticket_transferred{what->ticket, static_cast<std::uint16_t>(its->serial + 1),
                                                  its->holder, its->holder, key_id{}}}};
               }),
      changing<ticket_transferred>("a ticket that is handed on keeps its code",
                                   [](ticket_transferred& what) { --what.serial; }),
      changing<ticket_transferred>("whoever gives a ticket away keeps it",
                                   [](ticket_transferred& what) { what.to = what.from; }),
      changing<ticket_admitted>("somebody is admitted by another scan", [](ticket_admitted& what) { ++what.nonce; }),
      changing<ticket_admitted>("a device's clock is believed a second ahead",
                                [](ticket_admitted& what) { what.at.unix_ms += 1'000; }),
      folding<ticket_admitted>("a gate is folded as another", [](ticket_admitted& what) { what.gate += '2'; }),
      folding<ticket_transferred>("a new holder is folded as another",
                                  [](ticket_transferred& what) {
                                    what.to = {{77, 77}, {}};
                                  }),
      restoring("a snapshot forgets who was admitted", [](std::vector<ticket>& all) { all.clear(); }),
      restoring("a snapshot forgets that an admission was undone", [](std::vector<ticket>& all) {
        for (auto& one : all) {
          if (one.used) {
            one.used->undone = false;
          }
        }
      })};
}

auto wrong_resales() -> std::vector<planted_bug> {
  return {asking_otherwise<offer_ticket>("a ticket is offered for any price", reason::invalid,
                                         [](const event_state&, command&, offer_ticket& what) { what.price = 0; }),
          deciding("a hold outlives the offer that it is of",
                   [](const event_state&, const command& asked, instant, outcome got) -> outcome {
                     const bool ends = std::holds_alternative<admit_ticket>(asked.body) ||
                                       std::holds_alternative<return_order>(asked.body);
                     if (ends && got && !got->empty() && std::holds_alternative<hold_released>(got->back().body)) {
                       got->pop_back();
                     }
                     return got;
                   }),
          deciding("a buyer gets what another buyer has in a hold",
                   [](const event_state& state, const command& asked, instant now, outcome got) -> outcome {
                     const auto* what = std::get_if<hold_resale>(&asked.body);
                     if (what == nullptr || got || got.error().why != reason::offer_taken) {
                       return got;
                     }
                     const auto* other = state.find(state.find_offer(what->ticket)->held_by);
                     const auto standing = other->seats.empty();
                     const auto index = standing ? other->areas.front().area : other->seats.front();
                     return facts{{now, asked.id,
                                   resale_held{hold_number{state.last_hold().value() + 1},
                                               what->ticket,
                                               {standing, index},
                                               owner{asked.by.subject, {}},
                                               other->total(),
                                               now + state.config().hold_time,
                                               now + state.config().hold_cap}}};
                   }),
          deciding("a resold ticket's place is left to its seller",
                   [](const event_state&, const command&, instant, outcome got) -> outcome {
                     if (got && got->size() == 2 && std::holds_alternative<ticket_resold>(got->front().body)) {
                       got->erase(got->begin());
                     }
                     return got;
                   }),
          deciding("a ticket is resold for what its seller had paid",
                   [](const event_state&, const command&, instant, outcome got) -> outcome {
                     if (got && got->size() == 2) {
                       if (auto* resold = std::get_if<ticket_resold>(&got->front().body)) {
                         resold->price = resold->paid();
                       }
                     }
                     return got;
                   }),
          folding<ticket_offered>("an offer is folded at another price", [](ticket_offered& what) { ++what.price; }),
          restoring_offers("a snapshot forgets what is offered", [](std::vector<offer>& all) { all.clear(); }),
          restoring_offers("a snapshot forgets who has an offer in a hold", [](std::vector<offer>& all) {
            for (auto& one : all) {
              one.held_by = {};
            }
          })};
}

} // namespace holdfast::model
