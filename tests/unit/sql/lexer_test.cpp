#include "sql/lexer.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>

#include "base/strings.h"
#include "sql/canonical.h"
#include "sql/ddl.h"
#include "sql/macros.h"
#include "sql/scopes.h"
#include "sql/statements.h"

namespace towline::sql {
namespace {

std::vector<Dialect> all_dialects() {
    std::vector<Dialect> out;
    for (std::size_t i = 0; i < Dialect::kCount; ++i) out.emplace_back(static_cast<Dialect::Name>(i));
    return out;
}

std::string tokens_of(std::string_view text, Dialect dialect) {
    const TokenList tokens = lex(text, dialect);
    std::vector<std::string> out;
    for (std::size_t i = 0; i < tokens.size(); ++i) out.emplace_back(tokens.text_of(i));
    return join(out, " | ");
}

TEST(Lexer, SplitsByDialect) {
    struct Case {
        Dialect dialect;
        const char* text;
        const char* expected;
    };
    const auto duckdb = Dialect::duckdb;
    for (const Case& c : {
             Case{duckdb, "a.b=@x::int||'it''s'", "a | . | b | = | @ | x | :: | int | || | 'it''s'"},
             Case{duckdb, "p_@x p_@{x}_q @'a b'", "p_@x | p_@ | { | x | } | _q | @ | 'a b'"},
             Case{duckdb, "1.5e-3 1e5 0x1F 1_000 1a", "1.5e-3 | 1e5 | 0x1F | 1_000 | 1 | a"},
             Case{duckdb, "$$a;b$$ $t$ x $t$ $1", "$$a;b$$ | $t$ x $t$ | $ | 1"},
             Case{duckdb, "a /* x /* y */ z */ b -- c\nd", "a | b | d"},
             Case{duckdb, "a := b -> c ->> d <> e", "a | := | b | -> | c | ->> | d | <> | e"},
             Case{Dialect::postgres, "E'a\\'b' 'c\\' d", "E'a\\'b' | 'c\\' | d"},
             Case{Dialect::bigquery, "`p-x.d` '''a'b''' r'x\\'y' \"s\" # c\nz",
                  "`p-x.d` | '''a'b''' | r'x\\'y' | \"s\" | z"},
             Case{Dialect::bigquery, "/* a /* b */ c", "c"},
             Case{Dialect::snowflake, "'a\\'b' // c\nd $$x$$", "'a\\'b' | d | $$x$$"},
             Case{Dialect::spark, "1a 10L 2.5 \"s\" /*+ BROADCAST(a) */ x",
                  "1a | 10L | 2.5 | \"s\" | /*+ BROADCAST(a) */ | x"},
             Case{Dialect::tsql, "[a b] #tmp", "[a b] | #tmp"},
             Case{Dialect::mysql, "`a``b` 'x' # c", "`a``b` | 'x'"},
             Case{Dialect::trino, "U&'a' x'1F'", "U&'a' | x'1F'"},
         }) {
        EXPECT_EQ(tokens_of(c.text, c.dialect), c.expected) << c.text;
    }
}

TEST(Lexer, ValuesOfStringsAndIdentifiers) {
    EXPECT_EQ(string_value("'it''s'", Dialect::duckdb), "it's");
    EXPECT_EQ(string_value("'a\\nb'", Dialect::bigquery), "a\nb");
    EXPECT_EQ(string_value("'a\\nb'", Dialect::duckdb), "a\\nb");
    EXPECT_EQ(string_value("r'a\\nb'", Dialect::bigquery), "a\\nb");
    EXPECT_EQ(string_value("$t$a'b$t$", Dialect::postgres), "a'b");
    EXPECT_EQ(string_value("'''a'b'''", Dialect::bigquery), "a'b");
    EXPECT_EQ(identifier_text("\"a\"\"b\"", Dialect::duckdb), "a\"b");
    EXPECT_EQ(identifier_text("[a]]b]", Dialect::tsql), "a]b");
    EXPECT_EQ(identifier_text("plain", Dialect::duckdb), "plain");
    for (const Dialect dialect : all_dialects()) {
        const std::string odd = "a'b\"c\\d`e";
        EXPECT_EQ(string_value(quote_string(odd, dialect), dialect), odd) << to_string(dialect);
        EXPECT_EQ(identifier_text(quote_identifier(odd, dialect), dialect), odd) << to_string(dialect);
    }
}

TEST(Lexer, CommentsKnowWhomTheyFollow) {
    const TokenList tokens = lex("a -- one\n-- two\nb", Dialect::duckdb);
    const auto comments = tokens.comments(1);
    ASSERT_EQ(comments.size(), 2U);
    EXPECT_EQ(comments[0].text, " one");
    EXPECT_TRUE(comments[0].trailing);
    EXPECT_FALSE(comments[1].trailing);
}

TEST(Lexer, UnterminatedTextIsAnErrorWithItsPlace) {
    struct Case {
        const char* text;
        const char* part;
    };
    for (const Case& c : {Case{"SELECT\n 'abc", "string is never closed. (line 2, column 2)"},
                          Case{"SELECT \"abc", "quoted identifier is never closed. (line 1, column 8)"},
                          Case{"SELECT /* abc", "comment is never closed. (line 1, column 8)"},
                          Case{"SELECT $$abc", "string is never closed. (line 1, column 8)"}}) {
        const auto status = lex(c.text, Dialect::duckdb).check();
        ASSERT_FALSE(status.has_value()) << c.text;
        EXPECT_NE(status.error().message.find(c.part), std::string::npos) << status.error().message;
        EXPECT_NE(status.error().detail.find('^'), std::string::npos);
    }
    const auto deep = lex(std::string(500, '('), Dialect::duckdb).check();
    ASSERT_FALSE(deep.has_value());
    EXPECT_EQ(deep.error().code, ErrorCode::too_large);
}

/// Every entry point on one text: none may crash, and tokens with gaps must give the text back.
void exercise(std::string_view text, Dialect dialect) {
    ASSERT_EQ(print(lex(text, dialect)), text) << to_string(dialect);
    MacroScope scope;
    scope.dialect = dialect;
    scope.locals = {{"x", MacroValue::string("v")}, {"n", MacroValue::number("3")}};
    (void)split_statements(text, dialect);
    (void)declared_dialect(text);
    (void)parse_block(text, dialect);
    if (const auto type = parse_type(text, dialect)) (void)type_sql(*type, dialect);
    (void)expand_statement(text, scope);
    (void)referenced_variables(text, dialect);
    if (const auto expr = parse_expression(text, dialect)) {
        (void)gen(*expr);
        (void)to_sql(*expr, dialect);
    }
    if (const auto analysis = analyze_query(text, dialect)) {
        EXPECT_EQ(replace_tables(text, *analysis, [](const TableReference&) { return std::nullopt; }, dialect), text);
    }
    EXPECT_EQ(compare_queries(text, text, dialect), QueryDiff::equal);
}

TEST(Lexer, MutatedTextsNeverBreakAnything) {
    const std::array<std::string, 8> seeds = {
        "MODEL (name db.m, kind INCREMENTAL_BY_TIME_RANGE (time_column (ds, '%Y')), columns (a INT, b "
        "STRUCT<x: INT[]>));",
        "WITH a AS (SELECT 1 /* c */ AS x) SELECT a.x, COUNT(*) FILTER (WHERE x > 1) OVER w AS n FROM a, "
        "db.t AS t JOIN u USING (x);",
        "SELECT @EACH([a, b], x -> x AS p_@{x}), @IF(@n > 2, @x, 1), @'t @x', @SQL('@n') FROM db.@x "
        "@WHERE(@n = 3) a = 'b';",
        "JINJA_QUERY_BEGIN; SELECT {{ x }} JINJA_END; ON_VIRTUAL_UPDATE_BEGIN; GRANT SELECT ON a TO b; "
        "ON_VIRTUAL_UPDATE_END;",
        "CASE WHEN a IN (1, 2) THEN CAST(b AS DECIMAL(10, 2)) ELSE -c::int[3] END BETWEEN 1 AND {'k': [1, "
        "2][1]}",
        "SELECT $$a$$, E'\\'', r'x', `q`, [z], \"w\" -- end\n # h\n // s\n",
        "@DEF(f, (x, y) -> x + y); @EACH(@FILTER([1, 2], i -> i > 1), k -> @AND(k, NULL, a OR b))",
        "\xC2\xA0\xEF\xBB\xBF\xE3\x80\x80 SELECT \xC3\xA9\xF0\x9F\x98\x80, '\xFF\xFE' FROM \xE2\x80\x8B t"};
    const std::string alphabet = "'\"`()[]{}@$;,.-/*#\\\n aA0_:=><|+\xC2\xA0";
    std::uint64_t state = 20240301;
    const auto next = [&](std::size_t below) {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        return static_cast<std::size_t>((state >> 33U) % below);
    };
    for (int round = 0; round < 1500; ++round) {
        std::string text = seeds[next(seeds.size())];
        for (std::size_t edits = next(6); edits > 0; --edits) {
            const std::size_t at = next(text.size());
            switch (next(4)) {
                case 0:
                    text[at] = alphabet[next(alphabet.size())];
                    break;
                case 1:
                    text.insert(at, 1, alphabet[next(alphabet.size())]);
                    break;
                case 2:
                    text.erase(at, 1 + next(8));
                    break;
                default:
                    text.insert(at, seeds[next(seeds.size())].substr(next(30), next(20)));
                    break;
            }
            if (text.empty()) text = "x";
        }
        SCOPED_TRACE(text);
        exercise(text, all_dialects()[next(all_dialects().size())]);
        if (testing::Test::HasFatalFailure()) return;
    }
}

TEST(Lexer, HostileDepthEnds) {
    for (const std::string& piece :
         {std::string("("), std::string("["), std::string("@f("), std::string("NOT "), std::string("- "),
          std::string("CASE WHEN "), std::string("ARRAY<"), std::string("@IF(@x, ")}) {
        std::string text = "SELECT ";
        for (int i = 0; i < 1000; ++i) text += piece;
        exercise(text, Dialect::duckdb);
        exercise(std::string(text.substr(7)), Dialect::bigquery);
    }
}

}  // namespace
}  // namespace towline::sql
