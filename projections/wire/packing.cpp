#include "projections/wire/packing.hpp"

#include <brotli/encode.h>
#include <zlib.h>

#include <limits>
#include <utility>

namespace holdfast::projections {

namespace {

constexpr int gzip_quick = 1;
constexpr int gzip_thorough = 9;
constexpr int brotli_quick = 3;
constexpr int brotli_thorough = 9;
/// The best that brotli can: 15 ms for 25 KB and 140 ms for 150 KB, so only for small bodies.
constexpr int brotli_best = 11;
constexpr std::size_t brotli_best_bytes_max = 64 * 1024;
/// Window of 32 KiB with zlib's gzip header and trailer.
constexpr int gzip_window_bits = 15 + 16;
constexpr int zlib_memory_level = 8;

auto gzip(std::string_view bytes, int level) -> std::string {
  z_stream stream{};
  if (bytes.size() > std::numeric_limits<uInt>::max() ||
      deflateInit2(&stream, level, Z_DEFLATED, gzip_window_bits, zlib_memory_level, Z_DEFAULT_STRATEGY) != Z_OK)
    return {};
  std::string out(deflateBound(&stream, static_cast<uLong>(bytes.size())), '\0');
  // zlib's interface is older than const.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const bool whole = deflate(&stream, Z_FINISH) == Z_STREAM_END;
  out.resize(whole ? stream.total_out : 0);
  deflateEnd(&stream);
  return out;
}

auto brotli(std::string_view bytes, int quality) -> std::string {
  std::size_t size = BrotliEncoderMaxCompressedSize(bytes.size());
  std::string out(size, '\0');
  const auto made = BrotliEncoderCompress(quality, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_GENERIC, bytes.size(),
                                          reinterpret_cast<const std::uint8_t*>(bytes.data()), &size,
                                          reinterpret_cast<std::uint8_t*>(out.data()));
  out.resize(made == BROTLI_TRUE ? size : 0);
  return out;
}

} // namespace

auto to_text(content_coding coding) noexcept -> std::string_view {
  switch (coding) {
  case content_coding::identity: return {};
  case content_coding::gzip: return "gzip";
  case content_coding::brotli: return "br";
  }
  return {};
}

auto compress(std::string_view bytes, content_coding coding, packing effort) -> std::string {
  const bool quick = effort == packing::quick;
  const int thorough = bytes.size() <= brotli_best_bytes_max ? brotli_best : brotli_thorough;
  auto out = coding == content_coding::gzip ? gzip(bytes, quick ? gzip_quick : gzip_thorough)
                                            : brotli(bytes, quick ? brotli_quick : thorough);
  out.shrink_to_fit();
  return out;
}

auto packed_forms::get(content_coding coding) const noexcept -> std::shared_ptr<const std::string> {
  if (coding == content_coding::identity)
    return nullptr;
  const auto& its = forms_[static_cast<std::size_t>(coding) - 1];
  return its.settled.load(std::memory_order_acquire) ? its.bytes : nullptr;
}

packed_forms::job::job(packed_forms& of, content_coding form, std::shared_ptr<const std::string> bytes) noexcept
    : owner{of}, coding{form}, body{std::move(bytes)} {}

packed_forms::job::~job() {
  if (!done)
    owner.finish(owner.of(coding), false);
}

void packed_forms::prepare(content_coding coding, std::shared_ptr<const std::string> body,
                           const std::function<bool(std::function<void()>)>& run, std::function<void()> done) {
  if (coding == content_coding::identity || body->size() < packed_bytes_min ||
      of(coding).settled.load(std::memory_order_acquire)) {
    done();
    return;
  }
  auto& its = of(coding);
  bool first = false;
  bool settled = false;
  {
    const std::scoped_lock lock{mutex_};
    settled = its.settled.load(std::memory_order_relaxed);
    if (!settled) {
      its.waiting.push_back(std::move(done));
      first = !std::exchange(its.running, true);
    }
  }
  if (settled) {
    done();
  } else if (first) {
    // Shared because closures must be copyable. Dropped, run or refused: the last reference ends the work.
    const auto work = std::make_shared<job>(*this, coding, std::move(body));
    static_cast<void>(run([this, work] { make(*work); }));
  }
}

void packed_forms::make(job& what) {
  auto packed = compress(*what.body, what.coding, effort_);
  auto& its = of(what.coding);
  if (!packed.empty() && packed.size() < what.body->size())
    its.bytes = std::make_shared<const std::string>(std::move(packed));
  what.done = true;
  finish(its, true);
}

/// Not settled: who comes later tries again.
void packed_forms::finish(form& its, bool settled) {
  std::vector<std::function<void()>> waiting;
  {
    const std::scoped_lock lock{mutex_};
    its.running = false;
    its.settled.store(settled, std::memory_order_release);
    waiting.swap(its.waiting);
  }
  for (const auto& done : waiting)
    done();
}

} // namespace holdfast::projections
