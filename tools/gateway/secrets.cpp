#include "tools/gateway/secrets.hpp"

#include <fcntl.h>
#include <openssl/rand.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <string_view>
#include <system_error>

namespace holdfast::gateway {

namespace {

auto random_hex() -> std::string {
  constexpr std::string_view digits = "0123456789abcdef";
  std::array<unsigned char, 16> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
    return {};
  }
  std::string hex;
  for (const auto byte : bytes) {
    hex.append({digits[byte >> 4U], digits[byte & 0xfU]});
  }
  return hex;
}

} // namespace

auto keep_secret(const std::filesystem::path& file, const std::string& prefix)
    -> tl::expected<std::string, std::string> {
  std::string line;
  if (std::ifstream stream{file}; stream && std::getline(stream, line) && !line.empty()) {
    return line;
  }
  const auto hex = random_hex();
  if (hex.empty()) {
    return tl::unexpected{std::string{"the system gives no random numbers"}};
  }
  line = prefix + hex;
  constexpr mode_t owner_only = 0600;
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, owner_only);
  const auto text = line + "\n";
  const bool written =
      descriptor >= 0 && ::write(descriptor, text.data(), text.size()) == std::ssize(text) && ::fsync(descriptor) == 0;
  if (descriptor >= 0) {
    ::close(descriptor);
  }
  if (!written) {
    return tl::unexpected{"cannot write " + file.string() + ": " +
                          std::error_code{errno, std::generic_category()}.message()};
  }
  return line;
}

} // namespace holdfast::gateway
