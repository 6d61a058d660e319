#include "notifications/transfers.hpp"

#include "notifications/public_address.hpp"

#include <curl/curl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

namespace holdfast::notifications {

namespace {

struct list_deleter {
  void operator()(curl_slist* of) const noexcept { curl_slist_free_all(of); }
};

struct easy_deleter {
  void operator()(CURL* of) const noexcept { curl_easy_cleanup(of); }
};

auto whole_ms(std::chrono::milliseconds of) -> long {
  return std::max(1L, static_cast<long>(of.count()));
}

/// Opens a socket only to an address of the public internet: the very address that is then connected to, so that no second look-up of the
/// name can lead elsewhere.
auto open_public(void* refused, curlsocktype, curl_sockaddr* address) -> curl_socket_t {
  if (!is_public(&address->addr, address->addrlen)) {
    *static_cast<bool*>(refused) = true;
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

} // namespace

struct transfers::one {
  std::string body;
  std::size_t sent = 0; ///< of a mail
  std::size_t received = 0;
  std::size_t received_max = 0;
  bool is_mail = false;
  bool refused = false; ///< its name led to an address that is not public
  transfer_done done;
  std::unique_ptr<curl_slist, list_deleter> list;
  std::unique_ptr<CURL, easy_deleter> easy{curl_easy_init()};
  std::array<char, CURL_ERROR_SIZE> trouble{};

  one(const std::string& url, std::string body_in, const limits& within, transfer_done then)
      : body{std::move(body_in)}, received_max{within.answer_bytes_max}, done{std::move(then)} {
    auto* to = easy.get();
    curl_easy_setopt(to, CURLOPT_URL, url.c_str());
    curl_easy_setopt(to, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(to, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(to, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(to, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(to, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(to, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    curl_easy_setopt(to, CURLOPT_CONNECTTIMEOUT_MS, whole_ms(within.connect));
    curl_easy_setopt(to, CURLOPT_TIMEOUT_MS, whole_ms(within.total));
    curl_easy_setopt(to, CURLOPT_ERRORBUFFER, trouble.data());
    curl_easy_setopt(to, CURLOPT_WRITEFUNCTION, &one::swallow);
    curl_easy_setopt(to, CURLOPT_WRITEDATA, this);
  }

  static auto swallow(char*, std::size_t size, std::size_t count, void* to) -> std::size_t {
    auto& self = *static_cast<one*>(to);
    self.received += size * count;
    return self.received > self.received_max ? 0 : size * count;
  }

  static auto give(char* to, std::size_t size, std::size_t count, void* from) -> std::size_t {
    auto& self = *static_cast<one*>(from);
    const auto bytes = std::min(size * count, self.body.size() - self.sent);
    std::copy_n(self.body.data() + self.sent, bytes, to);
    self.sent += bytes;
    return bytes;
  }

  void append(const std::string& line) {
    if (auto* longer = curl_slist_append(list.get(), line.c_str())) {
      static_cast<void>(list.release());
      list.reset(longer);
    }
  }
};

transfers::transfers() : multi_{curl_multi_init()} {
  constexpr long connections_max = 64;
  curl_multi_setopt(static_cast<CURLM*>(multi_), CURLMOPT_MAX_TOTAL_CONNECTIONS, connections_max);
}

transfers::~transfers() {
  for (const auto& [handle, each] : running_) {
    curl_multi_remove_handle(static_cast<CURLM*>(multi_), handle);
  }
  running_.clear();
  curl_multi_cleanup(static_cast<CURLM*>(multi_));
}

void transfers::add(std::unique_ptr<one> what) {
  auto* handle = what->easy.get();
  running_.emplace(handle, std::move(what));
  curl_multi_add_handle(static_cast<CURLM*>(multi_), handle);
}

void transfers::send_mail(const mail_route& route, const std::string& from, const std::string& to, std::string message,
                          const limits& within, transfer_done done) {
  auto what = std::make_unique<one>(route.url, std::move(message), within, std::move(done));
  auto* easy = what->easy.get();
  what->is_mail = true;
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(easy, CURLOPT_USE_SSL, static_cast<long>(route.starttls ? CURLUSESSL_ALL : CURLUSESSL_NONE));
  if (!route.authority_file.empty()) {
    curl_easy_setopt(easy, CURLOPT_CAINFO, route.authority_file.c_str());
  }
  if (!route.user.empty()) {
    curl_easy_setopt(easy, CURLOPT_USERNAME, route.user.c_str());
    curl_easy_setopt(easy, CURLOPT_PASSWORD, route.password.c_str());
  }
  curl_easy_setopt(easy, CURLOPT_MAIL_FROM, ("<" + from + ">").c_str());
  what->append("<" + to + ">");
  curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, what->list.get());
  curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(easy, CURLOPT_READFUNCTION, &one::give);
  curl_easy_setopt(easy, CURLOPT_READDATA, what.get());
  add(std::move(what));
}

void transfers::post(const std::string& url, const std::vector<std::string>& headers, std::string body, bool anywhere,
                     const limits& within, transfer_done done) {
  auto what = std::make_unique<one>(url, std::move(body), within, std::move(done));
  auto* easy = what->easy.get();
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, anywhere ? "https,http" : "https");
  if (!anywhere) {
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &open_public);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, &what->refused);
  }
  for (const auto& line : headers) {
    what->append(line);
  }
  what->append("Content-Type: application/json");
  what->append("Expect:"); // no round trip before the body
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "holdfast");
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, what->list.get());
  curl_easy_setopt(easy, CURLOPT_POST, 1L);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(what->body.size()));
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, what->body.c_str());
  add(std::move(what));
}

void transfers::run(std::chrono::milliseconds wait) {
  int running = 0;
  curl_multi_perform(static_cast<CURLM*>(multi_), &running);
  collect();
  curl_multi_poll(static_cast<CURLM*>(multi_), nullptr, 0, static_cast<int>(wait.count()), nullptr);
  curl_multi_perform(static_cast<CURLM*>(multi_), &running);
  collect();
}

void transfers::wake() noexcept {
  curl_multi_wakeup(static_cast<CURLM*>(multi_));
}

void transfers::collect() {
  int left = 0;
  while (const auto* message = curl_multi_info_read(static_cast<CURLM*>(multi_), &left)) {
    if (message->msg != CURLMSG_DONE) {
      continue;
    }
    const auto how = message->data.result;
    auto* handle = message->easy_handle;
    const auto found = running_.find(handle);
    const auto ended = std::move(found->second);
    running_.erase(found);
    transfer_end end;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &end.status);
    end.accepted = ended->is_mail && how == CURLE_OK;
    // More than is read of an answer does not change its status.
    const bool too_long = how == CURLE_WRITE_ERROR && ended->received > ended->received_max;
    end.answered = end.status != 0 && (how == CURLE_OK || too_long || ended->is_mail);
    if (ended->refused) {
      end.trouble = "its address is not one of the public internet";
    } else if (how != CURLE_OK && !too_long) {
      end.trouble = ended->trouble.front() != '\0' ? ended->trouble.data() : curl_easy_strerror(how);
    }
    curl_multi_remove_handle(static_cast<CURLM*>(multi_), handle);
    ended->done(end);
  }
}

} // namespace holdfast::notifications
