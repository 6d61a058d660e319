#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace holdfast::testing {

/// A scoring hook over HTTP on loopback, a connection a question. Says "allow" until it is told otherwise. Thread-safe.
class scoring_hook {
 public:
  /// What was asked.
  struct question {
    std::string target;
    std::map<std::string, std::string> headers; ///< names in lower case
    std::string body;
  };

  scoring_hook();
  scoring_hook(const scoring_hook&) = delete;
  auto operator=(const scoring_hook&) -> scoring_hook& = delete;
  ~scoring_hook();

  [[nodiscard]] auto url() const -> std::string { return "http://127.0.0.1:" + std::to_string(port_) + "/score"; }

  /// Every question from now on is answered so, those that wait too.
  void answer(int status, std::string body);
  /// The same, with this verdict and reason.
  void say(const std::string& verdict, const std::string& reason = {});
  /// No question is answered from now on.
  void say_nothing();

  [[nodiscard]] auto asked() const -> std::vector<question>;

 private:
  void serve();
  void serve_one(int connection);
  [[nodiscard]] static auto read_question(int connection) -> question;

  int listener_;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::string answer_; ///< whole; empty: nothing is said
  bool ended_ = false;
  std::vector<question> asked_;
  std::vector<std::thread> connections_;
  std::thread thread_;
};

} // namespace holdfast::testing
