#include "tests/live/golden.hpp"

#include <brotli/decode.h>
#include <doctest/doctest.h>
#include <zlib.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace holdfast::live_test {

namespace {

constexpr std::size_t bytes_max = std::size_t{32} * 1024 * 1024;
constexpr int gzip_window_bits = 15 + 16;

} // namespace

auto golden(const std::string& name) -> std::string {
  std::ifstream file{std::filesystem::path{HF_SOURCE_DIR} / "tests" / "golden" / "wire" / name, std::ios::binary};
  REQUIRE(file);
  return {std::istreambuf_iterator<char>{file}, {}};
}

auto hex(const std::string& bytes) -> std::string {
  constexpr const char* digits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    text.push_back(digits[static_cast<std::uint8_t>(c) >> 4U]);
    text.push_back(digits[static_cast<std::uint8_t>(c) & 15U]);
  }
  return text;
}

auto ungzipped(const std::string& bytes) -> std::string {
  z_stream stream{};
  REQUIRE(inflateInit2(&stream, gzip_window_bits) == Z_OK);
  std::string out(bytes_max, '\0');
  auto in = bytes;
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  CHECK(inflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

auto unbrotlied(const std::string& bytes) -> std::string {
  std::string out(bytes_max, '\0');
  std::size_t size = out.size();
  CHECK(BrotliDecoderDecompress(bytes.size(), reinterpret_cast<const std::uint8_t*>(bytes.data()), &size,
                                reinterpret_cast<std::uint8_t*>(out.data())) == BROTLI_DECODER_RESULT_SUCCESS);
  out.resize(size);
  return out;
}

} // namespace holdfast::live_test
