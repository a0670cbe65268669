// Types in sqlglot's `gen`.
#include <algorithm>
#include <array>

#include "base/strings.h"
#include "sql/gen_printer.h"
#include "sql/type_names.h"

namespace towline::sql {
namespace {

/// Types read with other words than their name (`WITH TIME ZONE`) say nothing of nesting.
bool says_nesting(const Expr& type) { return !type.quoted && !type.text.starts_with("INTERVAL"); }

}  // namespace

std::string GenPrinter::type_name(const Expr& type) const {
    if (type.text.starts_with("INTERVAL ")) return {};
    const bool text_only = dialect_ == Dialect::hive || dialect_ == Dialect::spark || dialect_ == Dialect::databricks;
    if (text_only && (type.text == "VARCHAR" || type.text == "CHAR")) return "TEXT";
    if (dialect_ == Dialect::snowflake && type.text == "STRUCT") return "OBJECT";
    return type.text;
}

std::string GenPrinter::data_type(const Expr& type) {
    const bool clickhouse = dialect_ == Dialect::clickhouse;
    if (type.text == "NULLABLE" && type.children.size() == 1) {
        std::string inner = data_type(type.children[0]);
        constexpr std::string_view kNotNullable = ",:nullable,False";
        if (inner.ends_with(kNotNullable)) inner.resize(inner.size() - kNotNullable.size());
        return inner + ",:nullable,True";
    }
    if (type.children.empty() && (in_dialects("cfr", dialect_))) {
        const std::string word = upper(type.text);
        if (is_object_type(word)) return (word == "CSTRING" ? "PSEUDOTYPE :this," : "OBJECTIDENTIFIER :this,") + word;
    }
    const std::string name = type_name(type);
    if (name == "VECTOR" || (type.quoted && type.text == "SET")) refused_ = name;
    if (name == "NULL") return "NULL ";
    std::vector<std::string> facts;
    std::string inner;
    std::string size;
    for (const Expr& child : type.children) {
        if (name == "TEXT" && type.text != "TEXT") break;
        std::string text;
        if (child.is(ExprKind::data_type)) {
            text = data_type(child);
        } else if (child.is(ExprKind::alias)) {
            text = "COLUMNDEF :this," + gen_name(child) + ",:kind," + data_type(child.children[0]);
            for (std::size_t i = 1; i < child.children.size(); ++i) {
                const bool comment = child.children[i].is(ExprKind::string);
                text += (i == 1 ? ",:constraints," : ",") + std::string("COLUMNCONSTRAINT :kind,");
                text += comment ? "COMMENTCOLUMNCONSTRAINT :this," + gen(child.children[i]) : "NOTNULLCOLUMNCONSTRAINT";
            }
        } else if (type.text == "ARRAY") {
            size = ",:values," + gen(child);
            continue;
        } else if (type.text.starts_with("ENUM")) {
            text = child.is(ExprKind::raw) ? child.text : gen(child);
        } else {
            text = "DATATYPEPARAM :this," + (child.is(ExprKind::column) ? upper(gen(child)) : gen(child));
        }
        inner += (inner.empty() ? "" : ",") + text;
    }
    if (!inner.empty()) facts.push_back(":expressions," + inner);
    const bool zone =
        type.quoted && (type.text == "TIMESTAMPTZ" || type.text == "TIMETZ" || type.text == "TIMESTAMPLTZ");
    if (type.quoted && !zone) {
        facts.push_back(":kind," + type.text);
        return "USERDEFINED " + join(facts, ",");
    }
    static constexpr std::array<std::string_view, 9> kNested = {"ARRAY",  "STRUCT", "MAP",   "LIST",          "NESTED",
                                                                "OBJECT", "UNION",  "RANGE", "LOWCARDINALITY"};
    const bool nested = std::find(kNested.begin(), kNested.end(), type.text) != kNested.end();
    if (says_nesting(type)) facts.push_back(std::string(":nested,") + (nested ? "True" : "False") + size);
    if (clickhouse) facts.push_back(":nullable,False");
    return name + " " + join(facts, ",");
}

}  // namespace towline::sql
