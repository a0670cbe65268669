#include "model/snapshot.h"

#include <algorithm>

#include "base/strings.h"
#include "crypto/crypto.h"
#include "model/word_letters.h"
#include "sql/letter_case.h"

namespace towline::model {

std::string hash_parts(const std::vector<std::string>& parts) {
    return std::to_string(crypto::crc32(join(parts, ";")));
}

std::string Fingerprint::to_version() const {
    return std::to_string(crypto::crc32(data_hash + ";" + parent_data_hash));
}

// Asked for many times per snapshot and plan, therefore without a list of copies.
std::string Fingerprint::to_identifier() const {
    std::string joined;
    joined.reserve(data_hash.size() + metadata_hash.size() + parent_data_hash.size() + parent_metadata_hash.size() + 3);
    joined.append(data_hash).append(1, ';').append(metadata_hash).append(1, ';');
    joined.append(parent_data_hash).append(1, ';').append(parent_metadata_hash);
    return std::to_string(crypto::crc32(joined));
}

std::string_view to_string(ChangeCategory category) {
    switch (category) {
        case ChangeCategory::none:
            return "Uncategorized";
        case ChangeCategory::breaking:
            return "Breaking";
        case ChangeCategory::non_breaking:
            return "Non-breaking";
        case ChangeCategory::forward_only:
            return "Forward-only";
        case ChangeCategory::indirect_breaking:
            return "Indirect Breaking";
        case ChangeCategory::indirect_non_breaking:
            return "Indirect Non-breaking";
        case ChangeCategory::metadata:
            return "Metadata";
    }
    return "Uncategorized";
}

bool Snapshot::is_no_rebuild() const {
    return forward_only || change_category == ChangeCategory::forward_only ||
           change_category == ChangeCategory::metadata || change_category == ChangeCategory::indirect_non_breaking;
}

TableInfo table_info(const Snapshot& s) {
    TableInfo info;
    info.name = s.name;
    info.fingerprint = s.fingerprint;
    info.version = s.version;
    info.dev_version = s.dev_version;
    info.physical_schema = s.physical_schema.empty() ? s.node.physical_schema : s.physical_schema;
    info.parents = s.parents;
    info.previous_versions = s.previous_versions;
    info.change_category = s.change_category;
    info.is_model = is_model(s.node);
    if (info.is_model) info.kind_name = to_string(s.node.kind.name);
    info.model_gateway = s.node.gateway;
    info.forward_only = s.forward_only;
    info.dev_table_suffix = s.dev_table_suffix;
    info.table_naming_convention = s.table_naming_convention;
    info.virtual_environment_mode = s.node.virtual_environment_mode;
    return info;
}

std::string_view to_string(SuffixTarget target) {
    switch (target) {
        case SuffixTarget::schema:
            return "schema";
        case SuffixTarget::table:
            return "table";
        case SuffixTarget::catalog:
            return "catalog";
    }
    return "schema";
}

Result<SuffixTarget> suffix_target_from(std::string_view word) {
    if (word == "schema") return SuffixTarget::schema;
    if (word == "table") return SuffixTarget::table;
    if (word == "catalog") return SuffixTarget::catalog;
    return fail(ErrorCode::invalid, "unknown environment suffix target '" + std::string(word) + "'",
                "use schema, table or catalog");
}

bool is_dev(const Environment& environment) { return environment.naming.name != "prod"; }

std::string sanitize_environment_name(std::string_view name) {
    std::string out;
    for (std::size_t i = 0; i < name.size();) {
        const auto lead = static_cast<unsigned char>(name[i]);
        std::size_t length = lead < 0xc0 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
        char32_t point = length == 1 ? lead : lead & (0x7fu >> length);
        for (std::size_t k = 1; k < length; ++k) {
            const auto next = i + k < name.size() ? static_cast<unsigned char>(name[i + k]) : 0u;
            if (next >> 6 != 2) {  // no UTF-8, and no letter
                point = 0;
                length = 1;
                break;
            }
            point = (point << 6) | (next & 0x3fu);
        }
        const bool ascii_word = (point >= '0' && point <= '9') || (point >= 'A' && point <= 'Z') ||
                                (point >= 'a' && point <= 'z') || point == '_';
        if (point < 0x80 ? ascii_word : length > 1 && is_word_letter(point))
            out += name.substr(i, length);
        else
            out += '_';
        i += length;
    }
    return sql::lower_letters(out);
}

std::vector<TableInfo> promoted_snapshots(const Environment& environment) {
    if (!environment.promoted_snapshot_ids) return environment.snapshots;
    std::vector<TableInfo> out;
    for (const TableInfo& info : environment.snapshots) {
        const auto& ids = *environment.promoted_snapshot_ids;
        if (std::find(ids.begin(), ids.end(), info.id()) != ids.end()) out.push_back(info);
    }
    return out;
}

}  // namespace towline::model
