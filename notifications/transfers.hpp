#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace holdfast::notifications {

/// How a mail is handed to a server.
struct mail_route {
  std::string url;      ///< smtp://host:port, smtps://host:port
  bool starttls = true; ///< with smtp: nothing is said before TLS
  std::string user;
  std::string password;
  std::string authority_file; ///< PEM; empty: the machine's authorities
};

/// How a transfer ended.
struct transfer_end {
  bool answered = false; ///< there is a status
  long status = 0;       ///< of HTTP, or the last of SMTP
  bool accepted = false; ///< of a mail: the server took it over
  std::string trouble;   ///< why it came to nothing, for an operator; empty: nothing stood in the way of an answer
};

using transfer_done = std::function<void(const transfer_end&)>;

/// Mail and requests on their way out, all on the thread that calls. Nothing of an answer's body is kept. Not thread-safe but for `wake`.
class transfers {
 public:
  transfers();
  ~transfers(); ///< what is on its way ends without `done`
  transfers(const transfers&) = delete;
  auto operator=(const transfers&) -> transfers& = delete;

  struct limits {
    std::chrono::milliseconds connect{5'000};
    std::chrono::milliseconds total{30'000};
    std::size_t answer_bytes_max = 64 * 1024;
  };

  /// Hands `message` to a mail server.
  void send_mail(const mail_route& route, const std::string& from, const std::string& to, std::string message,
                 const limits& within, transfer_done done);
  /// Posts a JSON body. Only https, and only to addresses of the public internet, unless `anywhere`; redirects are answers; no proxy.
  void post(const std::string& url, const std::vector<std::string>& headers, std::string body, bool anywhere,
            const limits& within, transfer_done done);

  /// Lets things go on for as long as there is something to do, at most `wait`, and tells what has ended.
  void run(std::chrono::milliseconds wait);
  /// Ends a `run` that waits. From any thread.
  void wake() noexcept;
  [[nodiscard]] auto under_way() const noexcept -> std::size_t { return running_.size(); }

 private:
  struct one;
  void add(std::unique_ptr<one> what);
  void collect();

  void* multi_;
  std::map<void*, std::unique_ptr<one>> running_;
};

} // namespace holdfast::notifications
