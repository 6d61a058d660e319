#include "http/tls.hpp"

#include <openssl/ssl.h>

namespace holdfast::http {

namespace {

namespace ssl = boost::asio::ssl;

auto tls_trouble(const std::string& file, const boost::system::error_code& error) -> tl::unexpected<failure> {
  return tl::unexpected{failure{file + ": " + error.message()}};
}

} // namespace

auto make_tls_context(const tls_options& options) -> tl::expected<std::unique_ptr<ssl::context>, failure> {
  if (options.certificate_file.empty()) {
    if (!options.key_file.empty() || !options.client_authority_file.empty()) {
      return tl::unexpected{failure{"TLS needs a certificate file as well"}};
    }
    return nullptr;
  }
  auto context = std::make_unique<ssl::context>(ssl::context::tls_server);
  boost::system::error_code error;
  context->set_options(ssl::context::default_workarounds | ssl::context::no_sslv2 | ssl::context::no_sslv3 |
                           ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1 | ssl::context::no_compression,
                       error);
  SSL_CTX* native = context->native_handle();
  SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  if (error || SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION) != 1 ||
      SSL_CTX_set_cipher_list(native, "ECDHE+AESGCM:ECDHE+CHACHA20") != 1) {
    return tl::unexpected{failure{"OpenSSL does not offer TLS 1.2 with forward-secret ciphers"}};
  }
  // An idle connection gives its 34 KiB of record buffers back.
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
  if (context->use_certificate_chain_file(options.certificate_file, error); error) {
    return tls_trouble(options.certificate_file, error);
  }
  if (context->use_private_key_file(options.key_file, ssl::context::pem, error); error) {
    return tls_trouble(options.key_file, error);
  }
  if (SSL_CTX_check_private_key(native) != 1) {
    return tl::unexpected{failure{options.key_file + " is not the key of " + options.certificate_file}};
  }
  if (!options.client_authority_file.empty()) {
    if (context->load_verify_file(options.client_authority_file, error); error) {
      return tls_trouble(options.client_authority_file, error);
    }
    context->set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert, error);
    SSL_CTX_set_client_CA_list(native, SSL_load_client_CA_file(options.client_authority_file.c_str()));
    // Resumed sessions must carry the certificate's check with them.
    static constexpr unsigned char name[] = "holdfast";
    SSL_CTX_set_session_id_context(native, name, sizeof name - 1);
  }
  return context;
}

} // namespace holdfast::http
