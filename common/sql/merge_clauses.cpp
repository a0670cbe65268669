#include "sql/merge_clauses.h"

#include "base/strings.h"

namespace towline::sql {
namespace {

class ClauseReader {
 public:
    ClauseReader(const TokenList& tokens, std::size_t begin, std::size_t end)
        : tokens_(tokens), at_(begin), end_(end) {}

    Result<std::vector<MergeClause>> all() {
        std::vector<MergeClause> out;
        while (at_ < end_) {
            TRY(MergeClause read, clause());
            out.push_back(std::move(read));
        }
        if (out.empty()) return unexpected("WHEN");
        return out;
    }

 private:
    bool take(std::string_view word) {
        if (at_ >= end_ || !tokens_.is_word(at_, word)) return false;
        ++at_;
        return true;
    }
    Status need(std::string_view word) {
        if (take(word)) return {};
        return unexpected(word);
    }
    tl::unexpected<Error> unexpected(std::string_view wanted) const {
        const std::string found = at_ < end_ ? "'" + std::string(tokens_.text_of(at_)) + "'" : "the end of the clauses";
        return fail(tokens_.error(tokens_.offset_of(at_), ErrorCode::invalid,
                                  "Expected " + std::string(wanted) + ", found " + found + ".",
                                  "when_matched holds clauses such as (WHEN MATCHED THEN UPDATE SET "
                                  "target.a = source.a)."));
    }
    /// A comma after the last assignment is as good as none.
    bool list_ended() const { return at_ >= end_ || tokens_.is_word(at_, "WHERE") || tokens_.is_word(at_, "WHEN"); }
    /// `(a, b)` and `(a)` alike.
    Result<Expr> bracketed() {
        if (!tokens_.is_symbol(at_, "(")) return unexpected("'('");
        TRY(Expr list, parse_expression_at(tokens_, at_));
        list.kind = ExprKind::tuple;
        return list;
    }

    Result<MergeClause> clause() {
        MergeClause out;
        TRY_STATUS(need("WHEN"));
        out.matched = !take("NOT");
        TRY_STATUS(need("MATCHED"));
        if (take("BY")) {
            out.by_source = take("SOURCE");
            if (!out.by_source) TRY_STATUS(need("TARGET"));
        }
        if (take("AND")) {
            TRY(out.condition, parse_expression_at(tokens_, at_));
        }
        TRY_STATUS(need("THEN"));
        TRY_STATUS(action(out));
        return out;
    }

    Status action(MergeClause& out) {
        if (take("DO")) return need("NOTHING");
        if (take("DELETE")) {
            out.action = MergeAction::remove;
            return {};
        }
        if (take("UPDATE")) {
            out.action = MergeAction::update;
            return update(out);
        }
        if (!take("INSERT")) return unexpected("UPDATE, DELETE, INSERT or DO NOTHING");
        out.action = MergeAction::insert;
        if (tokens_.is_symbol(at_, "*") || tokens_.is_word(at_, "ROW")) {
            out.columns.emplace();
            out.columns->kind = tokens_.is_symbol(at_, "*") ? ExprKind::star : ExprKind::raw;
            out.columns->text = out.columns->is(ExprKind::raw) ? "ROW" : "";
            ++at_;
            return {};
        }
        if (tokens_.is_symbol(at_, "(")) {
            TRY(out.columns, bracketed());
        }
        TRY_STATUS(need("VALUES"));
        TRY(out.values, bracketed());
        return {};
    }

    Status update(MergeClause& out) {
        if (tokens_.is_symbol(at_, "*")) {
            out.assignments.emplace_back().kind = ExprKind::star;
            ++at_;
            return {};
        }
        TRY_STATUS(need("SET"));
        do {
            if (tokens_.is_symbol(at_, ",")) ++at_;
            if (!out.assignments.empty() && list_ended()) break;
            TRY(Expr assignment, parse_expression_at(tokens_, at_));
            out.assignments.push_back(std::move(assignment));
        } while (at_ < end_ && tokens_.is_symbol(at_, ","));
        if (take("WHERE")) {
            TRY(out.where, parse_expression_at(tokens_, at_));
        }
        return {};
    }

    const TokenList& tokens_;
    std::size_t at_;
    std::size_t end_;
};

template <class Print>
std::string joined(const std::vector<Expr>& items, std::string_view separator, const Print& print) {
    std::string out;
    for (const Expr& item : items) {
        if (!out.empty()) out += separator;
        out += print(item);
    }
    return out;
}

std::string action_gen(const MergeClause& clause, Dialect dialect) {
    const auto print = [&](const Expr& expr) { return gen(expr, dialect); };
    switch (clause.action) {
        case MergeAction::do_nothing:
            return "DO NOTHING";
        case MergeAction::remove:
            return "DELETE";
        case MergeAction::update:
            return "UPDATE :expressions," + joined(clause.assignments, ",", print) +
                   (clause.where ? ",:where,WHERE :this," + print(*clause.where) : "");
        case MergeAction::insert:
            break;
    }
    std::string out = "INSERT ";
    if (clause.columns)
        out += ":this," +
               (clause.columns->is(ExprKind::raw) ? std::string("ROW,:expression,False") : print(*clause.columns));
    if (clause.values) out += std::string(clause.columns ? "," : "") + ":expression," + print(*clause.values);
    return out;
}

std::string list_sql(const Expr& list, Dialect dialect) {
    return "(" + joined(list.children, ", ", [&](const Expr& item) { return to_sql(item, dialect); }) + ")";
}

std::string action_sql(const MergeClause& clause, Dialect dialect) {
    switch (clause.action) {
        case MergeAction::do_nothing:
            return "DO NOTHING";
        case MergeAction::remove:
            return "DELETE";
        case MergeAction::update:
            if (clause.assignments.size() == 1 && clause.assignments.front().is(ExprKind::star)) return "UPDATE *";
            return "UPDATE SET " +
                   joined(clause.assignments, ", ", [&](const Expr& item) { return to_sql(item, dialect); });
        case MergeAction::insert:
            break;
    }
    std::string out = "INSERT";
    if (clause.columns && clause.columns->is(ExprKind::star)) return out + " *";
    if (clause.columns && clause.columns->is(ExprKind::raw)) return out + " ROW";
    if (clause.columns) out += " " + list_sql(*clause.columns, dialect);
    if (clause.values) out += " VALUES " + list_sql(*clause.values, dialect);
    return out;
}

}  // namespace

void MergeClause::for_each(const std::function<void(Expr&)>& visit) {
    for (std::optional<Expr>* part : {&condition, &where, &columns, &values})
        if (*part) visit(**part);
    for (Expr& assignment : assignments) visit(assignment);
}

Result<std::vector<MergeClause>> parse_merge_clauses(std::string_view text, Dialect dialect) {
    const TokenList tokens = lex(text, dialect);
    TRY_STATUS(tokens.check());
    const bool bracketed = tokens.is_symbol(0, "(") && tokens.closing(0) + 1 == tokens.size();
    return ClauseReader(tokens, bracketed ? 1 : 0, tokens.size() - (bracketed ? 1 : 0)).all();
}

std::string gen(const std::vector<MergeClause>& clauses, Dialect dialect) {
    std::string out = "WHENS :expressions";
    for (const MergeClause& clause : clauses) {
        out += std::string(",WHEN :matched,") + (clause.matched ? "True" : "False") + ",:source," +
               (clause.by_source ? "True" : "False");
        if (clause.condition) out += ",:condition," + gen(*clause.condition, dialect);
        out += ",:then," + action_gen(clause, dialect);
    }
    return out;
}

Result<std::string> checked_gen(const std::vector<MergeClause>& clauses, Dialect dialect) {
    std::optional<Error> error;
    for (MergeClause clause : clauses) {
        clause.for_each([&](Expr& part) {
            if (part.is(ExprKind::raw)) return;  // ROW
            if (auto text = checked_gen(part, dialect); !text && !error) error = text.error();
        });
    }
    if (error) return fail(*error);
    return gen(clauses, dialect);
}

std::string to_sql(const std::vector<MergeClause>& clauses, Dialect dialect) {
    std::string out;
    for (const MergeClause& clause : clauses) {
        if (!out.empty()) out += ' ';
        out += clause.matched ? "WHEN MATCHED" : "WHEN NOT MATCHED";
        if (clause.by_source) out += " BY SOURCE";
        if (clause.condition) out += " AND " + to_sql(*clause.condition, dialect);
        out += " THEN " + action_sql(clause, dialect);
    }
    return "(" + out + ")";
}

}  // namespace towline::sql
