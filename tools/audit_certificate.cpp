#include "tools/audit_certificate.hpp"

#include "domain/public_id.hpp"
#include "journal/audit/record.hpp"
#include "tools/console.hpp"

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <system_error>
#include <vector>

namespace holdfast::tools {
namespace {

namespace audit = journal::audit;
namespace fs = std::filesystem;
using nlohmann::ordered_json;

struct openssl_free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }

  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }

  void operator()(BIO* bio) const { BIO_free(bio); }
};

using key_pointer = std::unique_ptr<EVP_PKEY, openssl_free>;
using context_pointer = std::unique_ptr<EVP_MD_CTX, openssl_free>;
using bio_pointer = std::unique_ptr<BIO, openssl_free>;

constexpr std::size_t signature_bytes = 64;

auto text_of(BIO* bio) -> std::string {
  char* data = nullptr;
  const auto size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

auto read_key(const fs::path& file) -> key_pointer {
  const bio_pointer bio{BIO_new_file(file.c_str(), "r")};
  return key_pointer{bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr) : nullptr};
}

/// A new key in a new file that nobody else may read; never overwrites one.
auto create_key(const fs::path& file) -> tl::expected<key_pointer, std::string> {
  const auto trouble = [&] { return tl::unexpected{"cannot make " + file.string() + ": " + std::strerror(errno)}; };
  key_pointer key{EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")};
  const bio_pointer bio{BIO_new(BIO_s_mem())};
  if (!key || PEM_write_bio_PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return tl::unexpected{std::string{"cannot make an Ed25519 key"}};
  }
  const auto pem = text_of(bio.get());
  if (::mkdir(file.parent_path().c_str(), S_IRWXU) != 0 && errno != EEXIST) {
    return trouble();
  }
  const int out = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (out < 0) {
    return trouble();
  }
  const bool kept = ::write(out, pem.data(), pem.size()) == static_cast<ssize_t>(pem.size()) && ::fsync(out) == 0;
  ::close(out);
  if (!kept) {
    return trouble();
  }
  return key;
}

auto load_key(const fs::path& file) -> tl::expected<key_pointer, std::string> {
  std::error_code trouble;
  if (!fs::exists(file, trouble)) {
    return create_key(file);
  }
  auto key = read_key(file);
  if (!key || EVP_PKEY_get_id(key.get()) != EVP_PKEY_ED25519) {
    return tl::unexpected{file.string() + " holds no Ed25519 key in PEM"};
  }
  return key;
}

auto sign(EVP_PKEY* key, std::string_view text) -> std::string {
  std::string signature(signature_bytes, '\0');
  std::size_t size = signature.size();
  const context_pointer context{EVP_MD_CTX_new()};
  const bool signed_now = EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key) == 1 &&
                          EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                                         reinterpret_cast<const unsigned char*>(text.data()), text.size()) == 1;
  return signed_now && size == signature_bytes ? signature : std::string{};
}

auto base64(std::string_view bytes) -> std::string {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const auto size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

auto statement_of(const audit::report& report, std::int64_t now_ms) -> std::string {
  ordered_json statement{{"format", "holdfast-certificate-1"},
                         {"made_at", time_text(now_ms)},
                         {"violations", report.found.count()},
                         {"streams", report.streams},
                         {"facts", report.records}};
  auto& events = statement["events"] = ordered_json::array();
  for (const auto& event : report.events) {
    std::string id;
    domain::public_ids::append(id, domain::event_id{event.event});
    events.push_back({{"event_id", id},
                      {"name", event.name},
                      {"status", audit::name_of(event.status)},
                      {"seq", event.seq},
                      {"time", time_text(event.time_ms)},
                      {"chain_hash", audit::hex_of(event.chain)},
                      {"state_hash", hex64(event.state_hash)},
                      {"places", event.places},
                      {"sold", event.sold},
                      {"orders", event.orders},
                      {"complimentary", event.complimentary},
                      {"currency", event.currency},
                      {"taken", event.taken}});
  }
  auto& totals = statement["totals"] = ordered_json::array();
  for (const auto& [currency, total] : report.by_currency) {
    totals.push_back(
        {{"currency", currency}, {"orders", total.orders}, {"sold", total.places}, {"taken", total.taken}});
  }
  return statement.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

} // namespace

auto make_certificate(const audit::report& report, std::int64_t now_ms, const fs::path& key_file)
    -> tl::expected<std::string, std::string> {
  const auto key = load_key(key_file);
  if (!key) {
    return tl::unexpected{key.error()};
  }
  const bio_pointer bio{BIO_new(BIO_s_mem())};
  const auto statement = statement_of(report, now_ms);
  const auto signature = sign(key->get(), statement);
  if (signature.empty() || PEM_write_bio_PUBKEY(bio.get(), key->get()) != 1) {
    return tl::unexpected{"cannot sign with " + key_file.string()};
  }
  const ordered_json certificate{
      {"statement", statement}, {"public_key", text_of(bio.get())}, {"signature", base64(signature)}};
  return certificate.dump(2) + "\n";
}

} // namespace holdfast::tools
