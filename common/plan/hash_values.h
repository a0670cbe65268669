#pragma once
// The strings of a hash while they are collected. Private to common/plan.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/node.h"
#include "sql/dialect.h"

namespace towline::plan {

/// What becomes of an expression whose canonical text is not known: of a data hash nothing may be made then, as it
/// names tables; a metadata hash takes the tokens as they are.
enum class Unknown { refuse, approximate };

/// Collects values in order and keeps the first failure; an absent value is an empty text. Holds a reference
/// to the node.
class HashValues {
 public:
    explicit HashValues(const model::Node& node, Unknown unknown = Unknown::refuse);

    void add(std::string value) { values_.push_back(std::move(value)); }
    void add(const char* value) { values_.emplace_back(value); }
    void add(const std::optional<std::string>& value) { values_.push_back(value.value_or("")); }
    void add(const std::optional<std::int64_t>& value) { values_.push_back(value ? std::to_string(*value) : ""); }
    /// "True" or "False".
    void add_bool(bool value) { values_.emplace_back(value ? "True" : "False"); }
    void add_all(const std::vector<std::string>& values);
    /// The canonical text of SQL expressions.
    void add_gen(const std::string& text) { values_.push_back(gen(text)); }
    void add_gen(const std::vector<std::string>& texts);
    void add_gen(const model::Properties& properties);

    /// Expressions of partitioned_by.
    void add_partitions(const std::vector<std::string>& texts);

    std::string gen(const std::string& text);
    std::string sql(const std::string& text) const;
    /// The canonical text of the WHEN clauses of a MERGE.
    std::string merge_clauses(const std::string& text);

    Result<std::vector<std::string>> take();

 private:
    const model::Node& node_;
    Unknown unknown_;
    sql::Dialect dialect_ = sql::Dialect::none;
    std::vector<std::string> values_;
    std::optional<Error> error_;
};

/// What the kind adds to the data hash and to the metadata hash.
void add_kind_data(const model::Kind& kind, HashValues& out);
void add_kind_metadata(const model::Kind& kind, HashValues& out);

}  // namespace towline::plan
