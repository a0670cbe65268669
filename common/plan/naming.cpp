#include "plan/naming.h"

#include "crypto/crypto.h"
#include "sql/dialect.h"

namespace towline::plan {
namespace {

std::string quote(std::string_view part) {
    std::string out = "\"";
    for (const char c : part) {
        if (c == '"') out += '"';
        out += c;
    }
    return out + '"';
}

template <class Print>
std::string dotted(const TableName& name, Print print) {
    std::string out;
    for (const std::string* part : {&name.catalog, &name.schema, &name.table}) {
        if (part->empty()) continue;
        if (!out.empty()) out += '.';
        out += print(*part);
    }
    return out;
}

// One underscore for each character that is no word's, however many bytes it has.
std::string word_characters(std::string_view part) {
    std::string out;
    for (const char c : part) {
        const bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
        const bool continues = (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
        if (!continues) out += word ? c : '_';
    }
    return out;
}

TableName own_name(std::string_view fqn) {
    std::vector<std::string> parts = fqn_parts(fqn);
    TableName name;
    if (parts.size() >= 3) name.catalog = parts[parts.size() - 3];
    if (parts.size() >= 2) name.schema = parts[parts.size() - 2];
    name.table = parts.empty() ? std::string() : parts.back();
    return name;
}

/// <schema>__<table>__<version>, or without the schema.
std::string versioned(const TableName& own, bool with_schema, const std::string& version) {
    std::string base = word_characters(own.table);
    if (with_schema && !own.schema.empty()) base = word_characters(own.schema) + "__" + base;
    return base + "__" + version;
}

TableName physical_name(const model::TableInfo& info, const std::string& version, const std::string& suffix) {
    const TableName own = own_name(info.name);
    TableName name{own.catalog, info.physical_schema, {}};
    if (info.table_naming_convention == "hash_md5") {
        // The suffix goes into the digest and stands behind it again: that is how SQLMesh names them.
        name.table = versioned(own, true, version) + suffix;
        name.table = "sqlmesh_md5__" + crypto::md5_hex(name.plain()) + suffix;
        return name;
    }
    name.table = versioned(own, info.table_naming_convention != "table_only", version) + suffix;
    return name;
}

std::string folded(const std::string& text, const model::EnvironmentNaming& naming, std::string_view dialect) {
    if (!naming.normalize_name) return text;
    const auto known = sql::dialect_from(dialect);
    return sql::normalize_identifier(text, false, known.value_or(sql::Dialect::none));
}

}  // namespace

std::vector<std::string> fqn_parts(std::string_view fqn) {
    std::vector<std::string> parts;
    std::string part;
    bool quoted = false;
    for (std::size_t i = 0; i < fqn.size(); ++i) {
        const char c = fqn[i];
        if (quoted) {
            if (c != '"') {
                part += c;
            } else if (i + 1 < fqn.size() && fqn[i + 1] == '"') {
                part += '"';
                ++i;
            } else {
                quoted = false;
            }
        } else if (c == '"') {
            quoted = true;
        } else if (c == '.') {
            parts.push_back(std::move(part));
            part.clear();
        } else {
            part += c;
        }
    }
    parts.push_back(std::move(part));
    return parts;
}

std::string TableName::quoted() const { return dotted(*this, quote); }

std::string TableName::plain() const {
    return dotted(*this, [](const std::string& part) { return sql::is_plain_identifier(part) ? part : quote(part); });
}

TableName table_name(const model::TableInfo& info, bool deployable) {
    if (info.kind_name == "EXTERNAL") return own_name(info.name);
    if (deployable && info.virtual_environment_mode != "full") return own_name(info.name);
    if (deployable) return physical_name(info, info.version, "");
    return physical_name(info, info.dev_version, "__" + info.dev_table_suffix);
}

TableName table_name(const model::Snapshot& snapshot, bool deployable) {
    return table_name(model::table_info(snapshot), deployable);
}

TableName view_name(std::string_view fqn, const model::EnvironmentNaming& naming, std::string_view dialect) {
    TableName name = own_name(fqn);
    if (naming.catalog_name_override) name.catalog = *naming.catalog_name_override;
    if (name.schema.empty()) name.schema = folded("default", naming, dialect);
    if (naming.name == "prod") return name;
    const std::string suffix = "__" + folded(naming.name, naming, dialect);
    switch (naming.suffix_target) {
        case model::SuffixTarget::schema:
            name.schema += suffix;
            break;
        case model::SuffixTarget::table:
            name.table += suffix;
            break;
        case model::SuffixTarget::catalog:
            if (!name.catalog.empty()) name.catalog = folded(name.catalog + "__" + naming.name, naming, dialect);
            break;
    }
    return name;
}

std::string display_name(std::string_view fqn, const model::EnvironmentNaming& naming, std::string_view dialect,
                         const std::optional<std::string>& default_catalog) {
    TableName name = view_name(fqn, naming, dialect);
    // A catalog that may carry the suffix or a mapping says something; the default one does not.
    const bool tells = naming.suffix_target == model::SuffixTarget::catalog || naming.catalog_name_override;
    if (!tells && own_name(fqn).catalog == default_catalog) name.catalog.clear();
    return name.plain();
}

}  // namespace towline::plan
