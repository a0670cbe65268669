#include "json/pieces.h"

#include <fmt/core.h>

#include <algorithm>

#include "json/document.h"

namespace towline::json {
namespace {

constexpr int kEnd = std::char_traits<char>::eof();
constexpr int kDepthMax = 64;
constexpr std::size_t kBufferBytes = std::size_t{64} << 10;
constexpr std::string_view kBare = "0123456789abcdefghijklmnopqrstuvwxyz-+.E";

class Cutter {
 public:
    Cutter(std::istream& in, const std::set<std::string, std::less<>>& cut, std::size_t bytes_max,
           const std::function<Status(const Piece&)>& on_piece)
        : in_(*in.rdbuf()), cut_(cut), bytes_max_(bytes_max), on_piece_(on_piece), buffer_(kBufferBytes, '\0') {}

    Status run() {
        TRY_STATUS(members([this](const std::string& name) { return member(name); }));
        return after_space() == kEnd ? Status{} : unexpected();
    }

 private:
    Status member(const std::string& name) {
        const int first = after_space();
        if (!cut_.contains(name) || (first != '[' && first != '{')) return give(name, {});
        TRY_STATUS(on_piece_({name, {}, {}}));
        if (first == '{') return members([&](const std::string& key) { return give(name, key); });
        return entries(']', [&]() { return give(name, {}); });
    }

    /// One value, given as a piece.
    Status give(const std::string& name, const std::string& key) {
        text_.clear();
        TRY_STATUS(value());
        return on_piece_({name, key, text_});
    }

    template <class OnEntry>
    Status entries(char close, OnEntry on_entry) {
        take();  // the bracket
        if (after_space() == close) return take(), Status{};
        while (true) {
            TRY_STATUS(on_entry());
            const int next = after_space();
            if (next != ',' && next != close) return unexpected();
            take();
            if (next == close) return {};
        }
    }

    template <class OnMember>
    Status members(OnMember on_member) {
        if (after_space() != '{') return unexpected();
        return entries('}', [&]() -> Status {
            if (after_space() != '"') return unexpected();
            text_.clear();
            TRY_STATUS(value());
            TRY(const Document key, Document::parse(text_));
            if (after_space() != ':') return unexpected();
            take();
            return on_member(key.root().as_str());
        });
    }

    /// Appends the next value to the text.
    Status value() {
        const int first = after_space();
        if (first == '"') return text();
        if (first == '{' || first == '[') return brackets();
        TRY_STATUS(keep_while(kBare, true));
        return text_.empty() ? unexpected() : Status{};
    }

    Status brackets() {
        int depth = 0;
        do {
            TRY_STATUS(keep_while("{}[]\"", false));
            const int c = peek();
            if (c == kEnd) return unexpected();
            if (c == '"') {
                TRY_STATUS(text());
                continue;
            }
            depth += c == '{' || c == '[' ? 1 : -1;
            if (depth > kDepthMax)
                return fail(ErrorCode::too_large, fmt::format("JSON is nested deeper than {} levels", kDepthMax));
            TRY_STATUS(keep(1));
        } while (depth > 0);
        return {};
    }

    Status text() {
        TRY_STATUS(keep(1));
        while (true) {
            TRY_STATUS(keep_while("\"\\", false));
            const int c = peek();
            if (c == kEnd) return unexpected();
            TRY_STATUS(keep(1));
            if (c == '"') return {};
            if (peek() != kEnd) TRY_STATUS(keep(1));  // what is escaped
        }
    }

    static bool is_space(int c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

    int after_space() {
        while (is_space(peek())) take();
        return peek();
    }

    int peek() {
        if (at_ == filled_) fill();
        return at_ == filled_ ? kEnd : static_cast<unsigned char>(buffer_[at_]);
    }

    void fill() {
        offset_ += filled_;
        at_ = 0;
        filled_ = static_cast<std::size_t>(in_.sgetn(buffer_.data(), static_cast<std::streamsize>(buffer_.size())));
    }

    void take() {
        if (peek() != kEnd) ++at_;
    }

    /// Appends what is one of `signs`, or what is none of them.
    Status keep_while(std::string_view signs, bool is_one) {
        while (peek() != kEnd) {
            const std::string_view rest(buffer_.data() + at_, filled_ - at_);
            const std::size_t end = is_one ? rest.find_first_not_of(signs) : rest.find_first_of(signs);
            TRY_STATUS(keep(std::min(end, rest.size())));
            if (end != rest.npos) break;
        }
        return {};
    }

    /// Requires: the buffer has `count` more.
    Status keep(std::size_t count) {
        if (text_.size() + count > bytes_max_)
            return fail(ErrorCode::too_large, fmt::format("a value in it is longer than {} MiB", bytes_max_ >> 20));
        text_.append(buffer_, at_, count);
        at_ += count;
        return {};
    }

    Status unexpected() const {
        return fail(ErrorCode::invalid, fmt::format("not valid JSON at offset {}", offset_ + at_));
    }

    std::streambuf& in_;
    const std::set<std::string, std::less<>>& cut_;
    const std::size_t bytes_max_;
    const std::function<Status(const Piece&)>& on_piece_;
    std::string text_;
    std::string buffer_;
    std::size_t at_ = 0, filled_ = 0;
    std::uint64_t offset_ = 0;  ///< of the buffer's start
};

}  // namespace

Status each_piece(std::istream& in, const std::set<std::string, std::less<>>& cut, std::size_t bytes_max,
                  const std::function<Status(const Piece&)>& on_piece) {
    return Cutter(in, cut, bytes_max, on_piece).run();
}

}  // namespace towline::json
