#include "http/problem.hpp"

#include <array>

namespace holdfast::http {

namespace {

using enum problem_kind;

// kind, code, status, title, description. Codes are for ever: clients switch on them.
constexpr std::array table{
    problem_row{
        malformed_request, "malformed_request", 400, "The request is not well-formed HTTP",
        "The server read something that it will not guess about: an unknown method, an ambiguous length, a missing Host, a "
        "header that is too large or holds control characters. The connection is closed."},
    problem_row{invalid_json, "invalid_json", 400, "The body is not valid JSON",
                "The body must be one JSON document in UTF-8, at most 16 levels deep, without duplicate keys."},
    problem_row{invalid_query, "invalid_query", 400, "The query is not valid",
                "A query parameter is unknown to this operation, comes twice, is badly encoded or out of range."},
    problem_row{credentials_in_url, "credentials_in_url", 400, "Credentials belong in the Authorization header",
                "URLs end up in logs and histories, so a token or key in one is never accepted. Treat it as leaked."},
    problem_row{idempotency_key_required, "idempotency_key_required", 400, "An Idempotency-Key header is required",
                "Send 8 to 128 visible ASCII characters, new for every new intent and the same for every retry."},
    problem_row{idempotency_key_invalid, "idempotency_key_invalid", 400, "The Idempotency-Key header is not valid",
                "It must have 8 to 128 visible ASCII characters."},
    problem_row{credentials_required, "credentials_required", 401, "Credentials are required",
                "Send Authorization: Bearer with a session token or an API key."},
    problem_row{
        credentials_invalid, "credentials_invalid", 401, "The credentials are not valid",
        "The token or key is unknown, expired, revoked or damaged. Get a new session, or ask the organiser for a key."},
    problem_row{
        signature_invalid, "signature_invalid", 403, "The signature is not valid",
        "A notification is signed by the payment provider over its very bytes, with a secret that this server knows, "
        "not more than five minutes ago."},
    problem_row{scope_missing, "scope_missing", 403, "The credentials do not allow this",
                "This operation needs an API key with another scope."},
    problem_row{buyer_required, "buyer_required", 403, "This operation is for buyers",
                "It needs a session token; an API key cannot act as a buyer."},
    problem_row{verified_buyer_required, "verified_buyer_required", 403, "This event sells to verified buyers only",
                "Log in with the organiser first; an anonymous session is not enough."},
    problem_row{origin_not_allowed, "origin_not_allowed", 403, "This origin may not write",
                "A page of another site sent the request, and the operator has not allowed that site."},
    problem_row{not_found, "not_found", 404, "There is nothing here",
                "It does not exist, is not published, or is not yours."},
    problem_row{method_not_allowed, "method_not_allowed", 405, "The method is not allowed here",
                "The Allow header lists the methods that are."},
    problem_row{not_acceptable, "not_acceptable", 406, "No acceptable representation",
                "This operation answers in application/json, or in the other types that its description names."},
    problem_row{body_too_large, "body_too_large", 413, "The body is too large",
                "The body exceeds this operation's limit. The connection is closed."},
    problem_row{unsupported_media_type, "unsupported_media_type", 415, "The media type is not supported",
                "Send application/json without a content encoding."},
    problem_row{expectation_failed, "expectation_failed", 417, "The expectation cannot be met",
                "Only Expect: 100-continue is understood."},
    problem_row{
        validation_failed, "validation_failed", 422, "The request is not valid",
        "The body is well-formed, but something in it is missing, unknown or out of range: errors names each place."},
    problem_row{rate_limited, "rate_limited", 429, "Too many requests",
                "Wait as long as Retry-After says. The RateLimit headers show what is left."},
    problem_row{internal_error, "internal_error", 500, "Something went wrong here",
                "A fault of the server. The trace_id helps the operator to find it."},
    problem_row{
        event_unreadable, "event_unreadable", 500, "This event's records are damaged",
        "What this server has recorded of the event cannot be read or does not fit together, and asking again does not "
        "help: the operator has to restore it. Nothing was changed, and other events are not affected."},
    problem_row{payments_not_configured, "payments_not_configured", 501, "Payments are not configured",
                "This server has no payment gateway; a box office can confirm the hold."},
    problem_row{not_configured, "not_configured", 501, "This is not configured here",
                "The operator has not switched this capability on."},
    problem_row{
        overloaded, "overloaded", 503, "Too much is going on",
        "The event, or the server, has as many requests in hand as it can take. Nothing was changed; try again."},
    problem_row{draining, "draining", 503, "The server is shutting down",
                "Nothing was changed; try again on a new connection."},
    problem_row{starting, "starting", 503, "The server is starting",
                "It is still reading its journal. Try again soon."},
    problem_row{not_ready, "not_ready", 503, "The server is not ready",
                "It should get no traffic now; reasons says why."},
    problem_row{
        journal_unavailable, "journal_unavailable", 503, "Selling is suspended",
        "The journal cannot be written, so nothing is sold until it can. Whether an interrupted request took effect will be "
        "answered to a retry with the same Idempotency-Key."},
    problem_row{storage_low, "storage_low", 503, "Selling is suspended",
                "The server's storage is nearly full; holds that exist can still be confirmed and released."},
    problem_row{
        clock_unsure, "clock_unsure", 503, "Selling is suspended",
        "The server's clock is far ahead of everything that was recorded; an operator has to confirm it first."},
    problem_row{projection_behind, "projection_behind", 503, "The view is not there yet",
                "The view has not reached min_seq within a second. Try again."},
    problem_row{
        unavailable, "unavailable", 503, "No answer was possible",
        "The request was given up before an answer was known. A retry with the same Idempotency-Key learns the outcome."},
    problem_row{payment_declined, "payment_declined", 402, "The payment was declined",
                "The seats stay held until expires_at; try another card."},
    problem_row{seat_unavailable, "seat_unavailable", 409, "A seat is no longer available",
                "conflicts names each seat that somebody else has; alternatives offers others of the same kind."},
    problem_row{area_full, "area_full", 409, "An area is full", "conflicts names each area and what is left in it."},
    problem_row{no_such_seats, "no_such_seats", 409, "No seats fit",
                "Nothing free fits the quantity and the wishes. Ask for fewer, or for other tiers or sections."},
    problem_row{
        limit_exceeded, "limit_exceeded", 409, "Too many tickets",
        "The event limits the tickets of one order and of one buyer, what is held included: limit_of says which "
        "limit stands in the way, limit and current how it stands."},
    problem_row{
        card_limit_exceeded, "card_limit_exceeded", 409, "Too many tickets for this card",
        "The event limits the tickets that one card pays for. Nothing was charged, and the seats stay held for another card."},
    problem_row{
        velocity_exceeded, "velocity_exceeded", 409, "Too many tickets within a time",
        "The event limits the tickets that one buyer or one card buys within a time. Nothing was charged, and the seats stay held: "
        "for another card, if limit_of says card_window or nothing. again_at says from when on it would be allowed, if that can be known."},
    problem_row{waitlist_closed, "waitlist_closed", 409, "There is no waitlist",
                "The event has none now. Places that come back are for whoever holds them first."},
    problem_row{waitlist_full, "waitlist_full", 409, "The waitlist is full",
                "As many wait as the event can keep. Those who wait keep their places."},
    problem_row{
        already_waiting, "already_waiting", 409, "This buyer is on the waitlist",
        "A buyer has one order on an event's waitlist at a time. Take it back first to wait for something else."},
    problem_row{places_available, "places_available", 409, "There is nothing to wait for",
                "One of the choices can be met now: hold the places."},
    problem_row{sale_not_open, "sale_not_open", 409, "The sale is not open",
                "The event is not on sale now: before or after its window, paused, closed or cancelled."},
    problem_row{wrong_access_code, "wrong_access_code", 409, "The access code is not known",
                "No presale of the event that is going on has this code. Codes are case-sensitive."},
    problem_row{wrong_status, "wrong_status", 409, "The event's status does not allow this",
                "Such as publishing twice, or resuming what is not paused."},
    problem_row{already_exists, "already_exists", 409, "It exists already", "Something with this name or id exists."},
    problem_row{slug_taken, "slug_taken", 409, "The slug is taken", "Another event has this slug. Choose another one."},
    problem_row{
        already_created, "already_created", 409, "It was created already",
        "The first request with this key succeeded, and its answer carried a secret that is stored nowhere. The id is given; "
        "create another one if the secret was lost."},
    problem_row{last_admin_key, "last_admin_key", 409, "It is the last admin key",
                "The server's first organisation keeps a live key of scope admin. Make another one first."},
    problem_row{
        claim_void, "claim_void", 410, "The offer no longer holds",
        "The ticket was taken by somebody, the offer was withdrawn or has run out, or the ticket was given back."},
    problem_row{
        resale_closed, "resale_closed", 409, "The ticket cannot be resold",
        "The event has no resale, has begun or was cancelled; or no card paid for the ticket, or it was handed on. What is resold is paid "
        "by card."},
    problem_row{offer_taken, "offer_taken", 409, "A buyer has the ticket in a hold",
                "The offer stays as it is until that hold ends. Then it is open again, or the ticket is sold."},
    problem_row{ticket_used, "ticket_used", 409, "The ticket has been used",
                "Somebody was admitted with it: it is neither handed on any more nor given back by its buyer."},
    problem_row{not_admitted, "not_admitted", 409, "Nobody was admitted by that scan",
                "The ticket was never admitted by it, or by another one since."},
    problem_row{
        order_refunded, "order_refunded", 409, "It was refunded before",
        "The order, or a ticket named, was given back: its place is free again, and its money went back, or is on its way."},
    problem_row{no_such_ticket, "no_such_ticket", 409, "The order has no such ticket",
                "Every ticket that goes back is one of the order's own, named once."},
    problem_row{refund_closed, "refund_closed", 409, "Tickets cannot be given back",
                "Buyers may give tickets of an event back until its refunds_until. The organiser may at any time."},
    problem_row{payment_in_progress, "payment_in_progress", 409, "The hold is being paid",
                "Its payment decides what becomes of it. Ask for the order, or try again when that has ended."},
    problem_row{
        payments_unavailable, "payments_unavailable", 503, "The payment provider cannot be reached",
        "Nothing was charged, and the seats stay held for longer. Try again after Retry-After, with the same Idempotency-Key or another."},
    problem_row{
        payment_timed_out, "payment_timed_out", 504, "The payment provider did not answer in time",
        "The payment is called off, and whatever the provider did is undone. The seats stay held until expires_at; try again, with a new Idempotency-Key."},
    problem_row{
        payment_failed, "payment_failed", 502, "The payment could not be completed",
        "The provider's answer did not fit the order. Nothing is sold, and whatever was charged is given back."},
    problem_row{already_extended, "already_extended", 409, "The hold cannot be extended again",
                "A hold is extended once, up to the event's cap."},
    problem_row{hold_confirmed, "hold_confirmed", 409, "The hold is an order now",
                "It was confirmed, so it cannot be released, extended or confirmed again."},
    problem_row{hold_ended, "hold_ended", 410, "The hold has ended",
                "It was given back, its event was cancelled, or the ticket in it is no longer offered."},
    problem_row{holds_exhausted, "holds_exhausted", 409, "The event takes no more holds",
                "The event has used up its hold numbers."},
    problem_row{layout_frozen, "layout_frozen", 409, "The layout is frozen",
                "Layout, venue and currency cannot change once the event is published."},
    problem_row{
        request_in_progress, "request_in_progress", 409, "The first request is still in progress",
        "A request with the same Idempotency-Key waits for its payment; or, while the waiting room is active, another hold of the same buyer "
        "is being made. Ask again later."},
    problem_row{hold_expired, "hold_expired", 410, "The hold has expired", "The seats went back on sale."},
    problem_row{admission_expired, "admission_expired", 410, "The admission has expired",
                "It was used up, given back or took too long. Join the waiting room again."},
    problem_row{version_mismatch, "version_mismatch", 412, "It was changed in the meantime",
                "If-Match names another version than the current one. Read it again."},
    problem_row{idempotency_key_reused, "idempotency_key_reused", 422,
                "The Idempotency-Key was used for another request",
                "A key belongs to one request for ever. Use a new key for a new intent."},
    problem_row{field_not_supported, "field_not_supported", 422, "A field is not supported here",
                "errors names it. This server does not take such data yet."},
    problem_row{
        card_number_refused, "card_number_refused", 422, "Card numbers are not accepted",
        "A text looks like a card number. Cards never reach this server; send the provider's payment method instead."},
    problem_row{admission_required, "admission_required", 425, "The waiting room is active",
                "Join the queue, and send the Admission-Token once admitted."},
    problem_row{
        past_too_far, "past_too_far", 422, "That place in the past is too far from what is kept",
        "Snapshots are kept ever so often, and one request folds only so many facts after one. nearest_before and "
        "nearest_after are the nearest sequence numbers that can be shown; null when there is none on that side."},
    problem_row{queue_ticket_required, "queue_ticket_required", 400, "A Queue-Ticket header is required",
                "Send the ticket that joining the waiting room gave; joining again gives the same place's once more."},
    problem_row{
        challenge_required, "challenge_required", 403, "Joining needs the answer to a challenge",
        "Get a proof of work from /v1/events/{event}/queue/challenge, or show the CAPTCHA that captcha_site_key names, as challenge says, "
        "and join again with the answer. reason says what was wrong with the last one, if there was one."},
    problem_row{
        join_refused, "join_refused", 403, "This buyer may not join the waiting room",
        "The organiser's rules against abuse keep them out. Joining again does not help; a login with the organiser may."},
    problem_row{
        join_held_back, "join_held_back", 429, "Join again a little later",
        "By the organiser's rules against abuse this buyer joins behind all who come until Retry-After is over."},
    problem_row{waiting_room_off, "waiting_room_off", 409, "There is no waiting room now",
                "Nobody needs a place: hold seats as usual."},
    problem_row{waiting_room_full, "waiting_room_full", 409, "The waiting room is full",
                "As many places as the server can keep were given since it was last off. Those who have one keep it."},
    problem_row{
        waiting_room_mode, "waiting_room_mode", 409, "The waiting room's mode does not allow this",
        "Such as drawing before the pre-queue is closed, or demoting somebody during it. mode says what it is now. Settings that were sent "
        "along are changed; the step that was asked for is not taken."},
    problem_row{
        draw_round_missing, "draw_round_missing", 409, "The draw needs the value of its round",
        "A round of public randomness was named when the pre-queue opened: send its value as round_value, or without_round to draw "
        "without, which the draw will say for ever."},
    problem_row{
        draw_seed_lost, "draw_seed_lost", 409, "The seed that was committed to is not known here",
        "The server's secret for draws is another one than when the pre-queue opened. Bring it back, or switch the room off and open it anew."},
};

constexpr auto in_order = [] {
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (static_cast<std::size_t>(table[i].kind) != i) {
      return false;
    }
  }
  return true;
}();
static_assert(in_order, "a row a kind, in the order of problem_kind");
static_assert(static_cast<std::size_t>(draw_seed_lost) + 1 == table.size());

} // namespace

auto problem_rows() noexcept -> std::span<const problem_row> {
  return table;
}

} // namespace holdfast::http
