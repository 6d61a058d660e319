#include "http/routes/told.hpp"

#include <string>
#include <utility>

namespace holdfast::http::routes {

namespace {

/// Takes back what was told with a request that came to nothing.
class told_reply final : public actors::reply_sink {
 public:
  told_reply(actors::reply_port&& to, people::personal_data& store, people::person whose,
             const people::order_ref& order, std::uint64_t attempt)
      : to_{std::move(to)}, store_{store}, whose_{std::move(whose)}, order_{order}, attempt_{attempt} {}

  void reply(actors::answer&& what) noexcept override {
    if (is_for_nothing(what)) {
      store_.drop(whose_, order_, attempt_, [](people::personal_data::outcome) {});
    }
    to_.send(std::move(what));
  }

 private:
  /// Not while the outcome is open, nor when another card may follow.
  static auto is_for_nothing(const actors::answer& what) noexcept -> bool {
    constexpr std::uint16_t declined = 402;
    return what.status >= 400 && what.status < 500 && what.status != declined &&
           what.body.find("\"request_in_progress\"") == std::string::npos;
  }

  actors::reply_port to_;
  people::personal_data& store_;
  people::person whose_;
  people::order_ref order_;
  std::uint64_t attempt_;
};

auto person_of(const principal& who, const people::order_ref& order) -> people::person {
  return who.is_buyer() ? people::person::buyer(who.subject) : people::person::of_box_office(who.organisation, order);
}

} // namespace

auto attempt_of(const exchange& of, const context& in) -> std::uint64_t {
  return people::attempt_of(command_id_of(of, in));
}

auto read_email(const json_object& body) -> std::string {
  const auto email = body.optional_text("email", {.bytes_min = 3, .bytes_max = people::email_bytes_max});
  if (email && !people::is_email(*email)) {
    body.fault("email", "an e-mail address such as ada@example.org");
  }
  return std::string{email.value_or("")};
}

auto takes_people(exchange& of, const context& in, const json_object& body, json_document& document) -> bool {
  if (in.people != nullptr) {
    return true;
  }
  bool named = false;
  for (const auto* field : {"email", "attendees"}) {
    if (body.find(field)) {
      body.fault(field, "this server does not take personal data");
      named = true;
    }
  }
  if (named) {
    of.refuse(problem_kind::field_not_supported, {.errors = document.faults()});
  }
  return !named;
}

void keep_and_send(deferred&& to, const context& in, const std::shared_ptr<told>& what) {
  auto asking = std::make_shared<deferred>(std::move(to));
  const auto whose = person_of((*asking)->who(), what->order);
  in.people->put(
      whose, what->order, what->attempt, (*asking)->at().unix_ms, what->what,
      [asking, &in, what, whose](people::personal_data::outcome how) {
        using outcome = people::personal_data::outcome;
        if (how != outcome::ok) {
          (*asking)->refuse(how == outcome::overloaded ? problem_kind::overloaded : problem_kind::unavailable);
          asking->complete();
          return;
        }
        what->send(actors::reply_port{std::make_shared<told_reply>(reply_to(std::move(*asking), in.engine), *in.people,
                                                                   whose, what->order, what->attempt)});
      });
}

} // namespace holdfast::http::routes
