#include "http/secret_file.hpp"

#include "domain/check.hpp"

#include <fcntl.h>
#include <openssl/rand.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace holdfast::http {

namespace {

namespace fs = std::filesystem;

auto trouble(const fs::path& what, std::string_view why) -> tl::unexpected<failure> {
  return tl::unexpected{failure{what.string() + ": " + std::string{why}}};
}

auto system_trouble(const fs::path& what, std::string_view doing) -> tl::unexpected<failure> {
  return trouble(what, std::string{doing} + ": " + std::strerror(errno));
}

/// Closes a descriptor at the end of a scope.
class descriptor {
 public:
  explicit descriptor(int value) noexcept : value_{value} {}
  descriptor(const descriptor&) = delete;
  auto operator=(const descriptor&) -> descriptor& = delete;

  ~descriptor() {
    if (value_ >= 0) {
      ::close(value_);
    }
  }

  [[nodiscard]] auto get() const noexcept -> int { return value_; }

 private:
  int value_;
};

} // namespace

auto ensure_secret_folder(const fs::path& folder) -> tl::expected<void, failure> {
  std::error_code error;
  if (folder.has_parent_path()) {
    fs::create_directories(folder.parent_path(), error);
  }
  if (::mkdir(folder.c_str(), S_IRWXU) != 0 && errno != EEXIST) {
    return system_trouble(folder, "cannot create the folder of secrets");
  }
  struct stat about {};
  if (::stat(folder.c_str(), &about) != 0 || !S_ISDIR(about.st_mode)) {
    return trouble(folder, "is not a folder");
  }
  if ((about.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return trouble(folder, "others may look into it; run chmod 700 on it");
  }
  return {};
}

auto read_secret(const fs::path& file) -> tl::expected<secret_bytes, failure> {
  const descriptor from{::open(file.c_str(), O_RDONLY | O_CLOEXEC)};
  if (from.get() < 0) {
    return system_trouble(file, "cannot open the secret");
  }
  struct stat about {};
  if (::fstat(from.get(), &about) != 0 || !S_ISREG(about.st_mode)) {
    return trouble(file, "is not a file");
  }
  if ((about.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return trouble(file, "others may read it; run chmod 600 on it");
  }
  secret_bytes secret{};
  if (about.st_size != static_cast<off_t>(secret.size()) ||
      ::read(from.get(), secret.data(), secret.size()) != static_cast<ssize_t>(secret.size())) {
    return trouble(file, "is not a secret of 32 bytes");
  }
  return secret;
}

auto create_secret(const fs::path& file) -> tl::expected<secret_bytes, failure> {
  secret_bytes secret{};
  HF_CHECK(RAND_bytes(secret.data(), static_cast<int>(secret.size())) == 1,
           "the operating system gives random numbers");
  // Under another name first, so that a crash leaves no half-written secret behind.
  const fs::path unfinished = file.string() + ".new";
  ::unlink(unfinished.c_str());
  {
    const descriptor to{::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR)};
    if (to.get() < 0 || ::write(to.get(), secret.data(), secret.size()) != static_cast<ssize_t>(secret.size()) ||
        ::fsync(to.get()) != 0) {
      return system_trouble(unfinished, "cannot write the secret");
    }
  }
  // link, not rename: an existing secret is never replaced.
  if (::link(unfinished.c_str(), file.c_str()) != 0) {
    return system_trouble(file, "cannot create the secret");
  }
  ::unlink(unfinished.c_str());
  const descriptor folder{::open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (folder.get() < 0 || ::fsync(folder.get()) != 0) {
    return system_trouble(file.parent_path(), "cannot sync the folder of secrets");
  }
  return secret;
}

} // namespace holdfast::http
