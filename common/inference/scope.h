#pragma once
// Names of a query: which columns its sources have, and whose column a name is. Private to the module.

#include <map>
#include <set>
#include <unordered_map>

#include "inference/function_rules.h"
#include "inference/infer.h"
#include "inference/parser.h"
#include "sql/limits.h"

namespace towline::inference {

struct OutColumn {
    std::string name;
    Type type;
    const std::string* text = nullptr;  ///< the type as text where it was not parsed yet
};

/// The last column of that name; null if there is none.
const OutColumn* find_column(const std::vector<OutColumn>& columns, const std::string& name);

/// What a query gives. `unions`: the types of both sides of each set operation in it.
struct Output {
    std::vector<OutColumn> columns;
    bool star = false;  ///< a star is left
    std::vector<std::pair<std::vector<Type>, std::vector<Type>>> unions;
    bool by_name = false;
};

/// What PIVOT or UNPIVOT makes of a source.
struct Pivoted {
    const Pivot* of = nullptr;
    std::string alias;               ///< "" if nothing can name it
    std::vector<OutColumn> before;   ///< columns of the source itself
    std::vector<OutColumn> columns;  ///< what comes out
    bool known_alias = false;        ///< a column that is not there is an error under the alias
    bool known_source = false;       ///< the same under the name of the source
};

/// A source of a SELECT.
struct Relation {
    std::string name;
    std::vector<std::string> written;  ///< the parts of a table's name
    std::vector<OutColumn> columns;
    bool star = false;
    /// Where its columns stand in `*`: sqlglot takes tables first, then queries, then UNNEST, VALUES and LATERAL.
    int rank = 0;
    bool element = false;  ///< an UNNEST whose name is a column of its own: `name.*` are the fields of that
    bool semi = false;     ///< gives no columns to names without a qualifier
    bool unnamed = false;  ///< a series, whose columns only a plain star finds
    bool opaque = false;   ///< not understood, or pivoted: any name may be its column
    std::optional<Pivoted> pivot;

    const OutColumn* find(const std::string& column) const;

 private:
    mutable std::unordered_map<std::string, std::size_t> places_;  ///< Of many columns, once one was asked for.
};

/// Common table expressions in sight.
struct CteScope {
    const CteScope* parent = nullptr;
    std::map<std::string, Output> known;
    const Output* find(const std::string& name) const;
};

/// One SELECT while it is worked on.
struct Frame {
    const Frame* parent = nullptr;
    const CteScope* ctes = nullptr;
    std::vector<Relation> relations;
    std::map<std::string, Type> aliases;                            ///< of projections
    std::map<std::string, std::vector<std::size_t>> using_columns;  ///< column → its sources
    bool early_aliases = false;
    bool inside_subquery = false;
    bool star = false;
    std::set<std::string> names;  ///< of all projections

    bool opaque() const;
    /// The pivoted source whose columns all plain names are, if there is one.
    const Pivoted* pivot() const;
    /// The only source, among the first `count`, with the column; relations.size() if there is none.
    std::size_t owner(const std::string& column, std::size_t count) const;
    const Relation* named(const std::string& name) const;
    std::vector<std::size_t> in_star_order() const;
};

/// How a name that nothing has is taken: as an error, as one unless it is a projection (ORDER BY), as nothing.
enum class Unknown { error, alias_or_error, ignored };

/// Works on one query; used once.
class Inference {
 public:
    Inference(const Context& context, Typing typing, bool qualified)
        : context_(context), typing_(typing), qualified_(qualified) {}

    /// No table outside the query is known: aliases go before columns.
    void without_tables() { no_tables_ = true; }
    Output query(Query& query, const Frame* outer, const CteScope* ctes, const std::vector<std::string>& names);
    Type annotate(Node& node, Frame* frame, Unknown unknown, std::size_t sources) {
        Type out = annotate_node(node, frame, unknown, sources);
        if (context_.places != nullptr && node.span.size() > 0)
            context_.places->insert_or_assign({node.span.begin, node.span.end}, out);
        return out;
    }
    /// True if a name could not be resolved: SQLMesh then leaves the query as it is.
    bool failed() const { return failed_; }

 private:
    Output select(Select& select, const Frame* outer, const CteScope* ctes, const std::vector<std::string>& names);
    void add_source(Source& source, Frame& frame);
    void table(const Source& source, Relation& out, const Frame& frame);
    void exploded(Source& source, Relation& out, Frame& frame);
    void pivoted(Source& source, Relation& out, const Frame& frame);
    void pivot_types(Source& source, Pivoted& out, const Frame& frame, bool blind);
    std::vector<std::pair<std::string, std::string>> pivot_names(const Pivot& pivot,
                                                                 const std::vector<OutColumn>& before) const;
    void forget_early(const Select& select, Frame& frame) const;
    bool expand_pivot(const Node& star, const std::string& qualifier, const Frame& frame, std::vector<OutColumn>& out);
    std::optional<Type> pivot_column(const Relation& source, const std::vector<std::string>& parts);
    void functions(Source& source, Relation& out, Frame& frame);
    void add_using(const Source& source, Frame& frame);
    void project(Node& node, Frame& frame, std::vector<OutColumn>& out);
    bool expand(Node& star, Frame& frame, std::vector<OutColumn>& out);
    bool expand_struct(const Node& star, Frame& frame, std::vector<OutColumn>& out);
    void rename(std::vector<OutColumn>& columns, const std::vector<std::string>& names) const;
    void merge(Output& output);
    Type column(const Node& node, Frame* frame, Unknown unknown, std::size_t sources);
    Type plain_column(const std::string& name, Frame* frame, Unknown unknown, std::size_t sources);
    Type qualified_column(const Node& node, Frame* frame);
    Type using_type(const Frame& frame, const std::string& name, const std::vector<std::size_t>& sources);
    Type field(Type type, const std::vector<std::string>& path, std::size_t from) const;
    Type row_type(const Relation& source) const;
    Type subquery(Node& node, Frame* frame);
    Type annotate_node(Node& node, Frame* frame, Unknown unknown, std::size_t sources);
    Type annotate_children(Node& node, Frame* frame, Unknown unknown, std::size_t sources);
    std::vector<Argument> arguments(Node& node, Frame* frame, Unknown unknown, std::size_t sources);
    Type binary(Node& node, Frame* frame, Unknown unknown, std::size_t sources);
    Type collection(Node& node, Frame* frame, Unknown unknown, std::size_t sources);
    bool reads_time_as_text(Node& call) const;
    Type within(Node& node, Frame* frame, Unknown unknown, std::size_t sources);
    Type type_of(const OutColumn& column) const;
    void fail() { failed_ = true; }

    const Context& context_;
    Typing typing_;
    bool qualified_;
    bool no_tables_ = false;
    bool failed_ = false;
    int depth_ = 0;
    std::size_t star_columns_ = sql::kStarColumnsMax;  ///< That may still come of stars.
};

}  // namespace towline::inference
