#include <algorithm>
#include <set>

#include "base/strings.h"
#include "plan/fingerprint.h"

namespace towline::plan {
namespace {
using model::Fingerprint;
using model::Node;

/// Node hashes first, then those of parents in topological order, without recursion: chains may be thousands
/// long.
class Fingerprinter {
 public:
    explicit Fingerprinter(const std::map<std::string, Node>& nodes) : nodes_(nodes) {}

    Result<std::map<std::string, Fingerprint>> run() {
        for (const auto& [fqn, node] : nodes_) TRY_STATUS(visit(fqn));
        return std::move(done_);
    }

 private:
    struct Frame {
        const Node* node;
        std::size_t next_parent = 0;
    };

    Status visit(const std::string& fqn) {
        if (done_.contains(fqn)) return {};
        std::vector<Frame> stack{{&nodes_.at(fqn)}};
        open_.insert(fqn);
        while (!stack.empty()) {
            Frame& frame = stack.back();
            const Node& node = *frame.node;
            if (frame.next_parent < node.depends_on.size()) {
                const std::string& parent = node.depends_on[frame.next_parent++];
                const auto found = nodes_.find(parent);
                if (found == nodes_.end() || parent == node.fqn || done_.contains(parent)) continue;
                if (!open_.insert(parent).second)
                    return fail(ErrorCode::invalid, "models depend on each other in a circle: " + cycle(stack, parent));
                stack.push_back({&found->second});
                continue;
            }
            TRY(Fingerprint fingerprint, own(node));
            add_parents(node, fingerprint);
            open_.erase(node.fqn);
            done_.emplace(node.fqn, std::move(fingerprint));
            stack.pop_back();
        }
        return {};
    }

    static std::string cycle(const std::vector<Frame>& stack, const std::string& parent) {
        std::vector<std::string> names;
        for (auto frame = stack.rbegin(); frame != stack.rend(); ++frame) {
            names.push_back(frame->node->name);
            if (frame->node->fqn == parent) break;
        }
        std::reverse(names.begin(), names.end());
        names.push_back(names.front());
        return join(names, " <- ");
    }

    static Result<Fingerprint> own(const Node& node) {
        TRY(const auto data, data_hash_values(node));
        TRY(const auto metadata, metadata_hash_values(node));
        Fingerprint fingerprint;
        fingerprint.data_hash = model::hash_parts(data);
        fingerprint.metadata_hash = model::hash_parts(metadata);
        return fingerprint;
    }

    void add_parents(const Node& node, Fingerprint& fingerprint) const {
        std::vector<std::string> data;
        std::vector<std::string> metadata;
        for (const std::string& parent : node.depends_on) {
            const auto found = done_.find(parent);
            if (found == done_.end() || parent == node.fqn) continue;
            data.push_back(found->second.to_version());
            metadata.push_back(found->second.metadata_hash);
            metadata.push_back(found->second.parent_metadata_hash);
        }
        std::sort(data.begin(), data.end());
        std::sort(metadata.begin(), metadata.end());
        fingerprint.parent_data_hash = model::hash_parts(data);
        fingerprint.parent_metadata_hash = model::hash_parts(metadata);
    }

    const std::map<std::string, Node>& nodes_;
    std::map<std::string, Fingerprint> done_;
    std::set<std::string> open_;
};
}  // namespace

Result<std::map<std::string, Fingerprint>> fingerprints(const std::map<std::string, Node>& nodes) {
    return Fingerprinter(nodes).run();
}

Result<bool> matches(const Node& node, const Fingerprint& fingerprint) {
    TRY(const auto data, data_hash_values(node));
    TRY(const auto metadata, metadata_hash_values(node));
    return model::hash_parts(data) == fingerprint.data_hash && model::hash_parts(metadata) == fingerprint.metadata_hash;
}

}  // namespace towline::plan
