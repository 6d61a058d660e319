#include "notifications/mail_text.hpp"

#include "tickets/language.hpp"
#include "tickets/local_time.hpp"
#include "tickets/markup.hpp"

#include <string_view>
#include <utility>
#include <vector>

namespace holdfast::notifications {

namespace {

/// What is said, once; both forms are made from it.
struct outline {
  std::string subject;
  std::string opening;
  std::vector<std::pair<std::string, std::string>> lines;   ///< what, value
  std::vector<std::pair<std::string, std::string>> tickets; ///< place, price
  std::string closing;
  std::string link;
  std::string link_text;
};

auto when_text(const tickets::language& in, domain::instant when, const story& of) -> std::string {
  return tickets::date_and_time(in, tickets::local_time(when, of.zone));
}

void list_tickets(const tickets::language& in, const story& of, outline& to) {
  for (const auto& each : of.tickets) {
    to.tickets.emplace_back(each.place, tickets::money_text(in, each.price, of.currency));
  }
}

void describe_event(const tickets::language& in, const story& of, outline& to) {
  to.lines.emplace_back("Event", of.event_name);
  to.lines.emplace_back("When", when_text(in, of.starts_at, of));
  to.lines.emplace_back("Where", of.city.empty() ? of.venue_name : of.venue_name + ", " + of.city);
}

auto outline_of_offer(const notice& about, const story& of) -> outline {
  const auto& in = tickets::language_for("en");
  const auto until = of.offered_until.value_or(about.offer ? about.offer->until : about.at);
  outline made;
  made.subject = "Places came back: " + of.event_name;
  made.opening = "Places that you wait for came back. They are yours until " + when_text(in, until, of) + ".";
  describe_event(in, of, made);
  made.lines.emplace_back("Hold", of.order_id);
  made.lines.emplace_back("Total", tickets::money_text(in, of.total, of.currency));
  made.lines.emplace_back("Yours until", when_text(in, until, of));
  list_tickets(in, of, made);
  made.closing =
      "Buy them before then, where you went on the waitlist: afterwards they are offered to whoever comes next.";
  return made;
}

auto outline_of(const notice& about, const story& of) -> outline {
  if (about.kind == notice_kind::waitlist_offered) {
    return outline_of_offer(about, of);
  }
  const auto& in = tickets::language_for("en");
  outline made;
  const bool confirmed = about.kind == notice_kind::order_confirmed;
  const bool handed_on = about.kind == notice_kind::ticket_transferred;
  if (confirmed) {
    made.subject = "Your tickets for " + of.event_name;
    made.opening = "Thank you. Your order is confirmed.";
    made.closing =
        of.order_link.empty()
            ? "Please keep this mail."
            : "Please keep this mail: the link opens your order, its tickets and its receipt without a login, so treat "
              "it like a ticket.";
    made.link = of.order_link;
    made.link_text = "Open your order";
  } else if (handed_on) {
    made.subject = "A ticket for " + of.event_name + " is somebody else's now";
    made.opening = "A ticket of your order was handed on. Its old code opens no door any more.";
    made.closing = "If you did not mean to, write to the organiser at once.";
  } else if (about.resold) {
    const bool some_left = about.kind == notice_kind::tickets_refunded;
    made.subject = "Your ticket for " + of.event_name + " is resold";
    made.opening = "Another buyer has bought the ticket that you offered. Its code opens no door any more.";
    made.opening += some_left ? " These are left of your order:" : " It was the last one of your order.";
    made.closing = "The price that you offered it at, " + tickets::money_text(in, about.amount, of.currency) +
                   ", goes back to the card that you paid with, which shows it within some days. What you had paid "
                   "beyond it stays with the organiser.";
  } else if (of.event_cancelled) {
    made.subject = "Cancelled: " + of.event_name;
    made.opening =
        "We are sorry: this event is cancelled. Your order is refunded, and its tickets are no longer valid.";
    made.closing = "What you paid goes back the way it came; a card shows it within some days.";
  } else if (about.kind == notice_kind::tickets_refunded) {
    made.subject = "Refund of tickets for " + of.event_name;
    made.opening = "Tickets of your order are refunded, and no longer valid. These are left:";
    made.closing = "What you paid for them goes back the way it came; a card shows it within some days.";
  } else {
    made.subject = "Refund of your order for " + of.event_name;
    made.opening = "Your order is refunded, and its tickets are no longer valid.";
    made.closing = "What you paid goes back the way it came; a card shows it within some days.";
  }
  describe_event(in, of, made);
  made.lines.emplace_back("Order", of.order_id);
  if (!of.place.empty()) {
    made.lines.emplace_back("Ticket", of.place);
  }
  list_tickets(in, of, made);
  if (!handed_on) {
    made.lines.emplace_back(confirmed ? "Total" : "Refund",
                            tickets::money_text(in, confirmed ? of.total : about.amount, of.currency));
  }
  return made;
}

auto as_text(const outline& of) -> std::string {
  std::string out = of.opening + "\n\n";
  for (const auto& [what, value] : of.lines) {
    out.append(what).append(": ").append(value).append("\n");
  }
  out.append("\n");
  for (const auto& [place, price] : of.tickets) {
    out.append("- ").append(place).append("  ").append(price).append("\n");
  }
  if (!of.link.empty()) {
    out.append("\n").append(of.link_text).append(": ").append(of.link).append("\n");
  }
  return out.append("\n").append(of.closing).append("\n");
}

auto row(std::string_view first, std::string_view second) -> std::string {
  return "<tr><td style=\"padding:2px 16px 2px 0\">" + tickets::escaped(first) + "</td><td>" +
         tickets::escaped(second) + "</td></tr>\n";
}

auto as_html(const outline& of) -> std::string {
  std::string out = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>" +
                    tickets::escaped(of.subject) + "</title></head>\n<body style=\"font-family:sans-serif\">\n<p>" +
                    tickets::escaped(of.opening) + "</p>\n<table>\n";
  for (const auto& [what, value] : of.lines) {
    out += row(what, value);
  }
  out += "</table>\n<table>\n";
  for (const auto& [place, price] : of.tickets) {
    out += row(place, price);
  }
  out += "</table>\n";
  if (!of.link.empty()) {
    out += "<p><a href=\"" + tickets::escaped(of.link) + "\">" + tickets::escaped(of.link_text) + "</a></p>\n";
  }
  return out + "<p>" + tickets::escaped(of.closing) + "</p>\n</body></html>\n";
}

} // namespace

auto mail_text_for(const notice& about, const story& of) -> mail_text {
  auto what = outline_of(about, of);
  mail_text made;
  made.text = as_text(what);
  made.html = as_html(what);
  made.subject = std::move(what.subject);
  return made;
}

} // namespace holdfast::notifications
