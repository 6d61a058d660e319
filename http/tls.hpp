#pragma once

#include "http/failure.hpp"
#include "http/server_options.hpp"

#include <boost/asio/ssl/context.hpp>
#include <tl/expected.hpp>

#include <memory>

namespace holdfast::http {

/// A server context: TLS 1.2 and 1.3, forward-secret AEAD ciphers, no compression, no renegotiation, and client certificates
/// when an authority is given. Null without a certificate.
[[nodiscard]] auto make_tls_context(const tls_options& options)
    -> tl::expected<std::unique_ptr<boost::asio::ssl::context>, failure>;

} // namespace holdfast::http
