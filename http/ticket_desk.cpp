#include "http/ticket_desk.hpp"

#include <utility>

namespace holdfast::http {

ticket_desk::ticket_desk(std::span<const tickets::ticket_key> newest_first, const domain::public_ids& ids,
                         receipt_settings receipts)
    : signer_{newest_first, ids},
      verifier_{signer_.public_keys()},
      keys_body_{tickets::keys_json(signer_.public_keys())},
      receipts_{std::move(receipts)} {}

} // namespace holdfast::http
