#include "http_message/compression.h"

#include <zlib.h>

#include <algorithm>
#include <array>

#include "base/assert.h"

namespace towline::http {
namespace {

constexpr int kGzipWindow = 15 + 16;  ///< zlib's largest window; 16 more means the gzip format
constexpr int kMemoryLevel = 8;

// zlib takes its input as a pointer to what it never changes.
Bytef* bytes_of(std::string_view text) { return reinterpret_cast<Bytef*>(const_cast<char*>(text.data())); }

}  // namespace

std::string gzip(std::string_view bytes) {
    z_stream stream{};
    const int begun =
        deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipWindow, kMemoryLevel, Z_DEFAULT_STRATEGY);
    TOWLINE_ASSERT(begun == Z_OK);
    std::string out(deflateBound(&stream, static_cast<uLong>(bytes.size())), '\0');
    stream.next_in = bytes_of(bytes);
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    const int done = deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    TOWLINE_ASSERT(done == Z_STREAM_END);
    return out;
}

Result<std::string> gunzip(std::string_view packed, std::size_t bytes_max) {
    z_stream stream{};
    TOWLINE_ASSERT(inflateInit2(&stream, kGzipWindow) == Z_OK);
    stream.next_in = bytes_of(packed);
    stream.avail_in = static_cast<uInt>(packed.size());
    std::string out;
    std::array<char, 16 << 10> buffer{};
    int state = Z_OK;
    while (state == Z_OK && out.size() <= bytes_max) {
        stream.next_out = reinterpret_cast<Bytef*>(buffer.data());
        stream.avail_out = static_cast<uInt>(buffer.size());
        state = inflate(&stream, Z_NO_FLUSH);
        const std::size_t count = buffer.size() - stream.avail_out;
        out.append(buffer.data(), count);
        if (count == 0 && stream.avail_in == 0 && state == Z_OK) state = Z_BUF_ERROR;
    }
    const bool whole = state == Z_STREAM_END && stream.avail_in == 0;
    inflateEnd(&stream);
    if (out.size() > bytes_max) return fail(ErrorCode::too_large, "the unpacked body is larger than this call allows");
    if (!whole) return fail(ErrorCode::invalid, "the body is not what its Content-Encoding says");
    return out;
}

}  // namespace towline::http
