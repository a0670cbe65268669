#pragma once
// Macro expansion on tokens: text in, text out, everything that is no macro stays byte for byte.

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sql/ddl.h"
#include "sql/expression.h"

namespace towline::sql {

/// The value of a macro variable.
struct MacroValue {
    enum class Kind {
        null,
        boolean,  ///< text TRUE or FALSE
        number,   ///< text: digits
        string,   ///< text: the value
        sql,      ///< text: an expression, identifier or table reference in SQL
        list,     ///< items; a tuple in SQL, and an array inside another value
        map,      ///< items: a key, its value, the next key, …
        lambda,   ///< text: `x -> …`; only `@DEF` makes these
    };
    Kind kind = Kind::null;
    std::string text;
    std::vector<MacroValue> items;

    static MacroValue null_value() { return {}; }
    static MacroValue boolean(bool value) { return {Kind::boolean, value ? "TRUE" : "FALSE", {}}; }
    static MacroValue number(std::string digits) { return {Kind::number, std::move(digits), {}}; }
    static MacroValue string(std::string value) { return {Kind::string, std::move(value), {}}; }
    static MacroValue sql(std::string text) { return {Kind::sql, std::move(text), {}}; }
    static MacroValue list(std::vector<MacroValue> items) { return {Kind::list, {}, std::move(items)}; }
    static MacroValue map(std::vector<MacroValue> items) { return {Kind::map, {}, std::move(items)}; }
    bool operator==(const MacroValue&) const = default;
};

/// The SQL a value stands for: `'it''s'`, `5`, `NULL`, `(1, 2)`.
std::string macro_value_sql(const MacroValue& value, Dialect dialect);
/// The same for a value that Python code returns, as that of `@VAR('x')`: a list is an array, and no tuple.
std::string returned_value_sql(const MacroValue& value, Dialect dialect);
/// The text a value gives inside an identifier or template: strings and names bare, everything else its SQL.
std::string macro_value_text(const MacroValue& value, Dialect dialect);

/// What macros see. Names are lower case. `@x` looks in locals, then blueprint, then variables.
struct MacroScope {
    Dialect dialect = Dialect::none;
    std::map<std::string, MacroValue> locals;  ///< Predefined ones, audit arguments, and what @DEF defines.
    std::map<std::string, MacroValue> blueprint;
    std::map<std::string, MacroValue> variables;
    /// Columns of a relation (its text as written) if its schema is known; needed by @STAR and @UNION. May be
    /// empty.
    std::function<std::optional<std::vector<ColumnType>>(std::string_view relation)> columns;
    /// A text stays one where only a name can stand: the `name` of a block is read so.
    bool names_stay_texts = false;

    /// The value of a variable by the precedence above, any case; nothing if undefined.
    const MacroValue* find(std::string_view name) const;
};

/// Expands every macro of a text. Undefined variable: `invalid` with line and caret. A macro that is not
/// built in (a Python macro): `unsupported` naming it. A statement that expands to nothing gives "". Pure;
/// limits in limits.h.
Result<std::string> expand_macros(std::string_view text, const MacroScope& scope, Origin origin = {});
/// The same for a statement that may expand to several (`@EACH` of statements): one text each, empty ones
/// dropped.
Result<std::vector<std::string>> expand_statement(std::string_view text, const MacroScope& scope, Origin origin = {});
/// True if the statement is `@DEF(…)`.
bool is_definition(std::string_view statement, Dialect dialect);
/// Evaluates one `@DEF(name, value)` into scope.locals.
Status define(std::string_view statement, MacroScope& scope);

/// What a text refers to, in order of first use, lower case: `@x`, `@{x}`, `@VAR('x')`,
/// `@BLUEPRINT_VAR('x')`, templates. Names the text itself binds (lambda parameters) are included; the caller
/// keeps what it knows.
std::vector<std::string> referenced_variables(std::string_view text, Dialect dialect);
/// The same for macro calls: lower-case names of every `@f(`, built in or not.
std::vector<std::string> referenced_macros(std::string_view text, Dialect dialect);
/// True for the macros this module expands itself (and for def and sql).
bool is_builtin_macro(std::string_view lower_name);
/// True for @this_model, a table: brackets behind it hold columns, and no arguments.
bool is_table_variable(std::string_view name);
/// True if the text holds any macro sign that expansion would act on.
bool has_macros(std::string_view text, Dialect dialect);

}  // namespace towline::sql
