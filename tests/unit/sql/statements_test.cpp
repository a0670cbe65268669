#include "sql/statements.h"

#include <gtest/gtest.h>

#include "base/strings.h"

namespace towline::sql {
namespace {

std::string texts(std::string_view file, Dialect dialect = Dialect::duckdb) {
    const auto split = split_statements(file, dialect);
    if (!split) return split.error().message;
    std::vector<std::string> out;
    for (const Statement& statement : *split) out.push_back(statement.text);
    return join(out, "|");
}

// Expected values were printed by SQLMesh 0.236.
TEST(Statements, StoresTheTextSqlmeshStores) {
    struct Case {
        const char* file;
        const char* expected;
    };
    for (const Case& c : {
             Case{"MODEL(name a); SELECT 1 AS a;", "MODEL(name a)|SELECT 1 AS a;"},
             Case{"MODEL(name a); SELECT 1 AS a", "MODEL(name a)|SELECT 1 AS a"},
             Case{"MODEL(name a); SELECT 1 AS a; -- tail", "MODEL(name a)|SELECT 1 AS a;|SELECT 1 AS a;"},
             Case{"MODEL(name a); SELECT 1 AS a -- c\n;", "MODEL(name a)|SELECT 1 AS a -- c\n;"},
             Case{"MODEL(name a); SELECT 1 AS a\n-- tail\n", "MODEL(name a)|SELECT 1 AS a"},
             Case{"MODEL(name a); SELECT 1 AS a; DROP TABLE x;", "MODEL(name a)|SELECT 1 AS a|DROP TABLE x;"},
             Case{"MODEL(name a); SELECT 1 AS a;;", "MODEL(name a)|SELECT 1 AS a"},
             Case{"MODEL(name a); SELECT 1 AS a;; -- x", "MODEL(name a)|SELECT 1 AS a|;"},
             Case{"MODEL(name a); /* l */ SELECT /* i */ 1 AS a /* t */; DROP TABLE x",
                  "MODEL(name a)|SELECT /* i */ 1 AS a|DROP TABLE x"},
             Case{"MODEL(name a); JINJA_QUERY_BEGIN; SELECT {{ x }} ; more JINJA_END;",
                  "MODEL(name a)|JINJA_QUERY_BEGIN; SELECT {{ x }} ; more JINJA_END"},
             Case{"MODEL(name a); SELECT $$;$$ AS a; SELECT 'a;b'", "MODEL(name a)|SELECT $$;$$ AS a|SELECT 'a;b'"},
             Case{"-- only", ""},
             Case{";", ""},
         }) {
        EXPECT_EQ(texts(c.file), c.expected) << c.file;
    }
}

TEST(Statements, TheChunkBehindAVirtualUpdateBlockIsLost) {
    const char* block = "MODEL(name a); ON_VIRTUAL_UPDATE_BEGIN; GRANT SELECT ON x TO y; ON_VIRTUAL_UPDATE_END; ";
    EXPECT_EQ(texts(std::string(block) + "SELECT 1; SELECT 2;"),
              "MODEL(name a)|ON_VIRTUAL_UPDATE_BEGIN; GRANT SELECT ON x TO y; ON_VIRTUAL_UPDATE_END|SELECT 2;");
    EXPECT_EQ(texts(std::string(block) + "JINJA_QUERY_BEGIN; SELECT 1 JINJA_END;"),
              "MODEL(name a)|ON_VIRTUAL_UPDATE_BEGIN; GRANT SELECT ON x TO y; "
              "ON_VIRTUAL_UPDATE_END|JINJA_QUERY_BEGIN; SELECT 1 JINJA_END");
}

TEST(Statements, KnowsTheirKinds) {
    struct Case {
        const char* text;
        StatementKind kind;
    };
    for (const Case& c : {
             Case{"SELECT 1", StatementKind::query},
             Case{"with a as (select 1) select * from a", StatementKind::query},
             Case{"WITH a AS (SELECT 1) INSERT INTO t SELECT * FROM a", StatementKind::sql},
             Case{"(SELECT 1) UNION SELECT 2", StatementKind::query},
             Case{"INSERT INTO t SELECT 1", StatementKind::sql},
             Case{"VALUES (1)", StatementKind::sql},
             Case{"@UNION('ALL', a, b)", StatementKind::macro_call},
             Case{"model (name a)", StatementKind::model_block},
             Case{"AUDIT (name a)", StatementKind::audit_block},
             Case{"METRIC (name a)", StatementKind::metric_block},
             Case{"JINJA_STATEMENT_BEGIN; x JINJA_END", StatementKind::jinja_statement},
             Case{"@WITH(TRUE) a AS (SELECT 1) SELECT * FROM a", StatementKind::query},
         }) {
        const auto split = split_statements(c.text, Dialect::duckdb);
        ASSERT_TRUE(split.has_value() && split->size() == 1) << c.text;
        EXPECT_EQ(split->front().kind, c.kind) << c.text;
    }
    const auto macro = split_statements("@Insert_Seed()", Dialect::duckdb);
    EXPECT_EQ(macro->front().macro, "insert_seed");
}

TEST(Statements, FindsTheDeclaredDialect) {
    struct Case {
        const char* file;
        const char* expected;
    };
    for (const Case& c : {
             Case{"MODEL (name a, dialect spark)", "spark"},
             Case{"model(dialect 'bigquery', name a)", "bigquery"},
             Case{"MODEL (name a, /* dialect x, */ -- c\n dialect snowflake )", "snowflake"},
             Case{"MODEL (name a)", ""},
             Case{"MODEL (name a, description 'the dialect spark')", ""},
             Case{"SELECT dialect FROM t", ""},
             Case{"AUDIT (name x, dialect Spark, skip true)", "Spark"},
         }) {
        EXPECT_EQ(declared_dialect(c.file), c.expected) << c.file;
    }
}

TEST(Statements, UnclosedBlocksAreErrors) {
    EXPECT_NE(texts("JINJA_QUERY_BEGIN; SELECT 1").find("no JINJA_END"), std::string::npos);
    EXPECT_NE(texts("ON_VIRTUAL_UPDATE_BEGIN; SELECT 1;").find("no ON_VIRTUAL_UPDATE_END"), std::string::npos);
    EXPECT_NE(texts("SELECT 'a").find("never closed"), std::string::npos);
}

}  // namespace
}  // namespace towline::sql
