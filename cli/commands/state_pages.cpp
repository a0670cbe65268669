#include "commands/state_pages.h"

#include <fmt/core.h>

#include <algorithm>

#include "crypto/crypto.h"
#include "json/json.h"
#include "json/pieces.h"
#include "model/codec.h"
#include "protocol/limits.h"

namespace towline::commands {
namespace {

constexpr std::size_t kPageBytes = std::size_t{4} << 20;  // where a page is full
constexpr std::size_t kRoomBytes = std::size_t{1} << 20;  // of a body, for what is not its largest item
constexpr std::size_t kItemBytesMax = protocol::kPlanBodyBytesMax - kPageBytes - kRoomBytes;
constexpr std::size_t kPieceBytesMax = std::size_t{128} << 20;  // as SQLMesh writes it, with blanks
constexpr std::size_t kIdBytes = 16;

/// Puts items into pages.
class Pager {
 public:
    explicit Pager(bool replace) {
        pages_.import_id = crypto::random_hex(kIdBytes);
        pages_.replace = replace;
    }

    Status snapshot(const model::Snapshot& snapshot) {
        ++pages_.snapshots;
        return add(snapshots_, model::to_json(snapshot, true), "the snapshot of " + snapshot.name);
    }

    Status environment(const adoption::StateEnvironment& one) {
        json::Array statements;
        for (const model::EnvironmentStatements& item : one.statements) statements.raw(model::to_json(item));
        return add(
            environments_,
            json::Object().raw("environment", model::to_json(one.environment)).list("statements", statements).dump(),
            fmt::format("environment '{}'", one.environment.naming.name));
    }

    StatePages take() {
        close();
        return std::move(pages_);
    }

 private:
    Status add(json::Array& list, const std::string& item, const std::string& what) {
        if (item.size() > kItemBytesMax)
            return fail(ErrorCode::too_large,
                        fmt::format("{} has {} MiB, and at most {} MiB can be sent of one", what, item.size() >> 20,
                                    kItemBytesMax >> 20),
                        "import only other environments: --environment NAME");
        list.raw(item);
        bytes_ += item.size();
        if (bytes_ >= kPageBytes) close();
        return {};
    }

    void close() {
        if (bytes_ == 0) return;
        pages_.bodies.push_back(json::Object()
                                    .str("import_id", pages_.import_id)
                                    .num("page", static_cast<std::int64_t>(pages_.bodies.size()))
                                    .flag("replace", pages_.replace)
                                    .list("snapshots", snapshots_)
                                    .list("environments", environments_)
                                    .dump());
        snapshots_ = environments_ = {};
        bytes_ = 0;
    }

    StatePages pages_;
    json::Array snapshots_, environments_;
    std::size_t bytes_ = 0;
};

/// Calls for every piece, from the start of the state on.
Status each_piece(std::istream& in, const std::function<Status(const json::Piece&)>& on_piece) {
    in.clear();
    in.seekg(0);
    return json::each_piece(in, {"snapshots", "environments"}, kPieceBytesMax, on_piece);
}

Result<json::Document> parsed(const json::Piece& piece) {
    json::Limits limits;
    limits.bytes_max = kPieceBytesMax;
    auto document = json::Document::parse(piece.text, limits);
    if (document) return document;
    const std::string where = piece.key.empty() ? std::string(piece.member) : fmt::format("'{}'", piece.key);
    return fail(document.error().in(where));
}

/// Everything but environments and snapshots, of which it is only told that they are there.
Result<json::Document> head_of(std::istream& in) {
    json::Object head;
    const Status read = each_piece(in, [&](const json::Piece& piece) -> Status {
        if (piece.member == "snapshots" && piece.text.empty()) head.raw("snapshots", "[]");
        if (piece.member == "snapshots" || piece.member == "environments") return {};
        TRY([[maybe_unused]] const json::Document valid, parsed(piece));
        head.raw(piece.member, piece.text);
        return {};
    });
    TRY_STATUS(read);
    return json::Document::parse(head.dump());
}

}  // namespace

std::size_t StatePages::bytes() const {
    std::size_t out = 0;
    for (const std::string& body : bodies) out += body.size();
    return out;
}

std::string StatePages::application() const {
    return json::Object()
        .str("import_id", import_id)
        .num("pages", static_cast<std::int64_t>(bodies.size()))
        .flag("replace", replace)
        .dump();
}

Result<StatePages> read_pages(StoredState& stored, adoption::StateReader& reader, bool replace) {
    TRY(const json::Document head, head_of(*stored.in));
    TRY_STATUS(reader.head(head.root()));
    const Status environments = each_piece(*stored.in, [&](const json::Piece& piece) -> Status {
        if (piece.member != "environments" || piece.key.empty()) return {};
        TRY(const json::Document item, parsed(piece));
        return reader.environment(piece.key, item.root());
    });
    TRY_STATUS(environments);
    TRY_STATUS(reader.end_environments());
    Pager pager(replace);
    const Status snapshots = each_piece(*stored.in, [&](const json::Piece& piece) -> Status {
        if (piece.member != "snapshots" || piece.text.empty()) return {};
        TRY(const json::Document item, parsed(piece));
        TRY(std::optional<model::Snapshot> snapshot, reader.snapshot(item.root()));
        if (!snapshot) return {};
        const auto log = stored.logs.find({snapshot->name, snapshot->version});
        if (log != stored.logs.end()) TRY_STATUS(log->second.hydrate(*snapshot));
        return pager.snapshot(*snapshot);
    });
    TRY_STATUS(snapshots);
    TRY_STATUS(reader.end_snapshots());
    for (const adoption::StateEnvironment& one : reader.reading().state.environments)
        TRY_STATUS(pager.environment(one));
    return pager.take();
}

}  // namespace towline::commands
