#include "tools/gateway/errors.hpp"

namespace holdfast::gateway {

namespace {

constexpr unsigned not_found = 404;

} // namespace

auto error_reply(unsigned status, const std::string& type, const std::string& code, const std::string& message,
                 const std::string& param) -> reply {
  nlohmann::json error{{"type", type}, {"message", message}};
  if (!code.empty()) {
    error["code"] = code;
    error["doc_url"] = "https://stripe.com/docs/error-codes/" + code;
  }
  if (!param.empty()) {
    error["param"] = param;
  }
  return {status, {{"error", std::move(error)}}, true, false};
}

auto bad_parameter(const std::string& code, const std::string& message, const std::string& param) -> reply {
  auto made = error_reply(bad_request, "invalid_request_error", code, message, param);
  made.is_kept = false;
  return made;
}

auto missing(const std::string& kind, const std::string& id, const std::string& param, bool in_path) -> reply {
  auto made = error_reply(in_path ? not_found : bad_request, "invalid_request_error", "resource_missing",
                          "No such " + kind + ": '" + id + "'", param);
  made.is_kept = false;
  return made;
}

auto server_error(unsigned status) -> reply {
  return error_reply(status, "api_error", "",
                     "An error occurred on our side. Nobody knows what became of the request.");
}

} // namespace holdfast::gateway
