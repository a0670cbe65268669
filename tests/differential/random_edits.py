"""Pairs of queries, the second an edit of the first, for what SQLMesh calls the edit: only metadata, only columns added, or a change. One dialect and seed give one list."""

import random

import sqlglot

DIALECTS = ("duckdb", "postgres", "bigquery", "snowflake", "databricks", "tsql", "mysql", "redshift", "trino", "clickhouse", "spark")
# Columns of raw.orders and raw.items by family, as canonical types; raw.far has none that are known.
ORDERS = {"id": "INT", "qty": "INT", "price": "DECIMAL(10, 2)", "name": "VARCHAR", "status": "VARCHAR", "day": "DATE", "at_time": "TIMESTAMP", "flag": "BOOLEAN"}
ITEMS = {"id": "INT", "order_id": "INT", "sku": "VARCHAR", "amount": "DOUBLE"}
BIG = "big" + "query"

ATOMS = ("qty > 1", "qty > -1", "qty >= 2", "qty < 9", "qty <= 8", "qty = 3", "qty <> 4", "1 < qty", "5 >= qty", "name = 'a'", "name <> 'b'", "name LIKE 'a%'", "status IN ('a', 'b')", "status IS NULL",
         "NOT status IS NULL", "status IS NOT NULL", "name NOT LIKE 'b%'", "status NOT IN ('c')", "qty BETWEEN 1 AND 5", "qty NOT BETWEEN 1 AND 5", "flag", "NOT flag", "flag = TRUE", "1 = 1", "1 = 0", "TRUE", "FALSE",
         "2 > 1", "'a' = 'a'", "'a' < 'b'", "qty = qty", "id = qty", "qty = id", "id < qty", "qty > id", "price > 1.5", "price > 1.50", "qty + 1 = 3", "qty - 1 > 2", "1 + qty < 5", "qty > 1 + 1", "qty > 2 * 3", "qty > 7 - 2",
         "day >= CAST('2024-01-01' AS DATE)", "day < CAST('2024-02-01' AS DATE)", "day >= '2024-01-01'", "day = CAST('2024-01-01' AS DATE)", "at_time >= CAST('2024-01-01' AS TIMESTAMP)", "COALESCE(qty, 0) > 1",
         "COALESCE(qty, 0) = 0", "LOWER(name) = 'a'", "CASE WHEN qty > 1 THEN TRUE ELSE FALSE END", "(qty > 1)", "((qty > 1))", "(qty > 1 OR qty < 0)", "(qty > 1 AND name = 'a')", "NOT (qty > 1)", "NOT (qty > 1 AND flag)",
         "NOT (qty > 1 OR name = 'a')", "NULL IS NULL", "NOT TRUE", "NOT 1 = 1", "CAST(qty AS INT) > 1", "CAST(1 AS INT) = qty", "qty > CAST(3 AS BIGINT)", "qty * 2 > 4", "-qty < 1", "- -qty < 1", "name || 'a' = 'ba'",
         "CONCAT(name, 'a') = 'ba'", "'a' || 'b' = name", "EXISTS(SELECT 1 FROM raw.items AS i WHERE i.order_id = o.id)", "id IN (SELECT order_id FROM raw.items)", "qty > (SELECT MAX(amount) FROM raw.items)", "UPPER(status) <> 'X'",
         "CASE qty WHEN 1 THEN 2 ELSE 3 END = 2", "CASE WHEN 1 = 1 THEN qty ELSE 0 END > 1", "qty > 0 AND qty > 0", "qty % 2 = 0", "NOT NOT flag", "NULL", "0", "1", "qty", "is_good(name)", "NOT NULL", "qty > 1e0", "qty = 3.0")
VALUES = ("qty", "id", "price", "name", "qty + 1", "1 + 2", "qty + 1 + 2", "2 * 3 * qty", "qty * 2 * 3", "(qty + 1) * 2", "(qty)", "((qty))", "qty * (2 + 3)", "(qty * 2) + 1", "qty - (1 - 2)", "COALESCE(qty, 0)", "COALESCE(NULL, qty)", "COALESCE(1, qty)",
          "COALESCE(qty)", "CASE WHEN TRUE THEN qty ELSE 1 END", "CASE WHEN 1 = 0 THEN 1 ELSE qty END", "CASE WHEN 1 = 2 THEN 1 END", "CASE WHEN qty > 1 THEN 'a' ELSE 'b' END", "CASE qty WHEN 1 THEN 'x' END", "CASE WHEN FALSE THEN 1 WHEN qty > 1 THEN 2 ELSE 3 END",
          "CAST(qty AS BIGINT)", "CAST(CAST(qty AS INT) AS INT)", "CAST('1' AS INT)", "UPPER(name)", "upper(name)", "LOWER(name)", "'a' || 'b'", "name || 'a' || 'b'", "CONCAT('a', 'b', name)", "CONCAT('a', 'b')", "NULLIF(qty, 0)", "qty > 1", "(qty > 1)",
          "qty > 1 AND TRUE", "qty > 1 OR FALSE", "qty BETWEEN 1 AND 3", "NOT (qty > 1)", "qty = 1 OR qty = 1", "1.0 + 1", "1.5 * 2", "7 / 2", "7.0 / 2", "qty / 2", "-(-qty)", "-1", "- 1", "- -1", "qty IS NULL", "ABS(qty)", "ROUND(price, 1)",
          "ROW_NUMBER() OVER (PARTITION BY name ORDER BY qty)", "ROW_NUMBER() OVER (PARTITION BY name ORDER BY qty ASC)", "SUM(qty) OVER (PARTITION BY name)", "SUM(qty) OVER (PARTITION BY name ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)",
          "SUM(qty + 1 + 1) OVER ()", "LAG(qty, 1) OVER (ORDER BY day)", "(SELECT MAX(amount) FROM raw.items)", "(SELECT MAX(i.amount) FROM raw.items AS i WHERE i.order_id = o.id)", "IF(qty > 1, 1, 2)", "IF(1 = 1, qty, 2)", "IFNULL(qty, 0)", "NVL(qty, 0)",
          "CAST('2024-01-01' AS DATE)", "DATE '2024-01-01'", "CAST('2024-01-01' AS DATE) + INTERVAL '1' DAY", "CURRENT_DATE", "TRIM(name)", "SUBSTRING(name, 1, 2)", "LENGTH(name)", "REPLACE(name, 'a', 'b')", "EXTRACT(YEAR FROM day)", "TRUE", "NULL", "'it''s'", "42", "f(qty)", "F(qty)")
OWN = {
    "duckdb": ("qty::INT", "qty::BIGINT", "[qty, 1]", "UNNEST([1, 2])", "name[1]", "LIST_VALUE(qty)", "EPOCH(at_time)", "STRPTIME(name, '%Y')", "DATE_TRUNC('month', day)", "qty // 2", "{'a': qty}", "GREATEST(qty, 1)", "name ILIKE 'a'", "(SELECT MAX(u) FROM (SELECT UNNEST([1, 2]) AS u))"),
    "postgres": ("qty::INT", "qty::text", "GENERATE_SERIES(1, 3)", "DATE_TRUNC('month', at_time)", "TO_CHAR(day, 'YYYY')", "name ~ 'a'", "ARRAY[qty]", "UNNEST(ARRAY[1, 2])", "at_time AT TIME ZONE 'UTC'", "name ILIKE 'a'", "day + INTERVAL '1 day'"),
    "bigquery": ("SAFE_CAST(name AS INT64)", "DATE_TRUNC(day, MONTH)", "DATE_ADD(day, INTERVAL 1 DAY)", "[qty, 1]", "STRUCT(qty AS a)", "FORMAT_DATE('%Y', day)", "ARRAY(SELECT x FROM UNNEST([1, 2]) AS x)", "(SELECT MAX(x) FROM UNNEST([1, 2]) AS x)", "REGEXP_CONTAINS(name, 'a')", "SAFE_DIVIDE(qty, 2)"),
    "snowflake": ("qty::INT", "IFF(qty > 1, 1, 2)", "ZEROIFNULL(qty)", "DATEADD(day, 1, day)", "DATE_TRUNC('month', day)", "TO_VARCHAR(qty)", "NVL2(qty, 1, 2)", "TRY_CAST(name AS INT)", "name ILIKE 'a'", "PARSE_JSON(name):a", "DIV0(qty, 2)"),
    "databricks": ("EXPLODE(ARRAY(1, 2))", "DATE_ADD(day, 1)", "DATE_TRUNC('MONTH', day)", "SPLIT(name, ',')", "name RLIKE 'a'", "TRY_CAST(name AS INT)", "qty DIV 2", "TO_DATE(name)", "GET_JSON_OBJECT(name, '$.a')", "NVL2(qty, 1, 2)"),
    "spark": ("EXPLODE(ARRAY(1, 2))", "DATE_ADD(day, 1)", "POSEXPLODE(ARRAY(1, 2))", "SIZE(ARRAY(1))", "name RLIKE 'a'", "COLLECT_LIST(qty) OVER ()"),
    "tsql": ("ISNULL(qty, 0)", "DATEADD(day, 1, day)", "CONVERT(DATE, name)", "IIF(qty > 1, 1, 2)", "LEN(name)", "GETDATE()", "CAST(name AS NVARCHAR(10))", "name + 'a'", "DATEDIFF(day, day, day)", "CHARINDEX('a', name)", "TRY_CAST(name AS INT)"),
    "mysql": ("DATE_FORMAT(day, '%Y')", "DATE_ADD(day, INTERVAL 1 DAY)", "GROUP_CONCAT(name) OVER ()", "qty DIV 2", "STR_TO_DATE(name, '%Y')", "name REGEXP 'a'", "CAST(name AS UNSIGNED)", "NOW()", "DATEDIFF(day, day)"),
    "redshift": ("qty::INT", "NVL(qty, 0)", "DATEADD(day, 1, day)", "DATEDIFF(day, day, day)", "GETDATE()", "name ILIKE 'a'", "DECODE(qty, 1, 'a', 'b')", "LISTAGG(name) OVER ()"),
    "trino": ("TRY_CAST(name AS INTEGER)", "DATE_TRUNC('month', day)", "DATE_ADD('day', 1, day)", "ARRAY[qty]", "REGEXP_LIKE(name, 'a')", "DATE_DIFF('day', day, day)", "JSON_EXTRACT_SCALAR(name, '$.a')"),
    "clickhouse": ("toDate(name)", "toStartOfMonth(day)", "arrayJoin([1, 2])", "countIf(qty > 1) OVER ()", "dateDiff('day', day, day)", "qty::Int32", "toString(qty)", "if(qty > 1, 1, 2)"),
}
# What a text may become without meaning more.
REWRITES = (("COALESCE(qty, 0)", "IFNULL(qty, 0)"), ("COALESCE(qty, 0)", "NVL(qty, 0)"), ("COALESCE(qty, 0)", "coalesce(qty, 0)"), ("<>", "!="), (" = ", " == "), ("CAST(qty AS BIGINT)", "qty::BIGINT"), ("CAST(qty AS INT)", "CAST(qty AS INTEGER)"),
            ("CAST('2024-01-01' AS DATE)", "DATE '2024-01-01'"), ("SUBSTRING(", "SUBSTR("), ("LENGTH(", "LEN("), ("qty", "o.qty"), ("qty", "QTY"), ("name", '"name"'), ("1 + 2", "3"), ("'it''s'", "'it' || '''s'"), ("qty > 1", "NOT qty <= 1"),
            ("AND", "and"), ("ORDER BY qty ASC", "ORDER BY qty"), (" AS ", " "), ("CURRENT_DATE", "CURRENT_DATE()"), ("status IS NOT NULL", "NOT status IS NULL"), ("INTERVAL '1' DAY", "INTERVAL '1 day'"), ("UPPER(name)", "UCASE(name)"))


def column(draw):
    return draw.choice((*ORDERS, "o.qty", "o.name"))


class Writer:
    def __init__(self, dialect, seed):
        self.dialect, self.draw = dialect, random.Random(f"{dialect} {seed}")

    def takes(self, text):
        try:
            sqlglot.parse_one(text, read=self.dialect)
            return True
        except Exception:  # whatever sqlglot raises
            return False

    def atom(self):
        return self.draw.choice(ATOMS)

    def condition(self, depth=2):
        kind = self.draw.random()
        if depth == 0 or kind < 0.4:
            return self.atom()
        word = self.draw.choice((" AND ", " AND ", " OR "))
        parts = [self.condition(depth - 1) for _ in range(self.draw.randint(2, 3))]
        text = word.join(f"({p})" if self.draw.random() < 0.4 else p for p in parts)
        return f"NOT ({text})" if self.draw.random() < 0.15 else text

    def value(self):
        return self.draw.choice(VALUES if self.draw.random() < 0.75 else OWN[self.dialect])

    def projection(self, k):
        alias = self.draw.choice((f" AS c{k}", f" AS c{k}", f" c{k}", f" AS C{k}"))
        return self.value() + alias

    def parts(self):
        """A query as its clauses."""
        draw = self.draw
        out = {"with": [], "select": [self.projection(k) for k in range(draw.randint(1, 3))], "from": draw.choice(("raw.orders AS o", "raw.orders AS o", "raw.orders o")), "joins": [], "where": "", "group": [], "having": "", "order": "", "limit": "", "distinct": "",
               "union": None}
        if draw.random() < 0.15:
            out["select"].insert(0, draw.choice(("*", "o.*")))
        if draw.random() < 0.3:
            out["joins"].append(draw.choice(("JOIN raw.items AS i ON o.id = i.order_id", "LEFT JOIN raw.items AS i ON i.order_id = o.id AND 1 = 1", "CROSS JOIN raw.items AS i", "INNER JOIN raw.items i ON TRUE", "JOIN raw.far AS f ON f.x = o.id")))
            out["select"] = [text.replace("name", "o.name").replace("id", "o.id").replace("o.o.", "o.") for text in out["select"]]
        if draw.random() < 0.7:
            out["where"] = self.condition()
        if draw.random() < 0.2:
            out["select"] = [f"{draw.choice(('name', 'status', 'qty + 1 + 1', 'UPPER(name)'))} AS k"] + draw.sample(["COUNT(*) AS n", "SUM(qty) AS s", "MAX(price) AS m", "SUM(qty + 1 + 1) AS t"], 2)
            out["group"] = [draw.choice(("1", out["select"][0].split(" AS ")[0]))]
            if draw.random() < 0.5:
                out["having"] = draw.choice(("COUNT(*) > 1", "COUNT(*) > 1 AND 1 = 1", "SUM(qty) > 1 + 1", "s > 1"))
        if draw.random() < 0.2:
            out["order"] = draw.choice(("1", "qty", "c0", "qty DESC", "1 DESC"))
        if draw.random() < 0.1:
            out["limit"] = "10"
        if draw.random() < 0.1:
            out["distinct"] = "DISTINCT "
        if draw.random() < 0.2 and not out["joins"]:
            out["with"] = [("q", f"SELECT * FROM raw.orders WHERE {self.condition(1).replace('o.', 'orders.')}" if draw.random() < 0.5 else "SELECT id, qty, price, name, status, day, at_time, flag FROM raw.orders")]
            out["from"] = "q AS o"
        if draw.random() < 0.12:
            out["union"] = (draw.choice(("UNION ALL", "UNION", "UNION ALL")), ", ".join(f"NULL AS c{k}" for k in range(len(out["select"]))))
        return out

    def text(self, p):
        out = ""
        if p["with"]:
            out += "WITH " + ", ".join(f"{name} AS ({body})" for name, body in p["with"]) + " "
        out += f"SELECT {p['distinct']}" + ", ".join(p["select"]) + f" FROM {p['from']}" + "".join(" " + j for j in p["joins"])
        out += f" WHERE {p['where']}" if p["where"] else ""
        out += " GROUP BY " + ", ".join(p["group"]) if p["group"] else ""
        out += f" HAVING {p['having']}" if p["having"] else ""
        if p["union"]:
            out += f" {p['union'][0]} SELECT {p['union'][1]} FROM raw.orders AS o"
        out += f" ORDER BY {p['order']}" if p["order"] else ""
        out += f" LIMIT {p['limit']}" if p["limit"] else ""
        return out

    def edited(self, p):
        """The clauses after one edit, or the text after one."""
        draw = self.draw
        new = {**p, "select": list(p["select"]), "joins": list(p["joins"]), "with": list(p["with"]), "group": list(p["group"])}
        kind = draw.choice(("and", "and", "and", "or", "shuffle", "where", "add", "add", "add", "replace", "remove", "swap", "alias", "rewrite", "rewrite", "rewrite", "comment", "brackets", "cte", "union", "join", "order", "distinct", "star", "same_where", "inner_add", "limit",
                            "table_function", "having", "value"))
        if kind == "and":
            more = self.condition(1)
            new["where"] = f"{more} AND ({p['where']})" if p["where"] and draw.random() < 0.5 else f"{p['where']} AND {more}" if p["where"] else more
        elif kind == "or" and p["where"]:
            new["where"] = f"({p['where']}) OR {self.atom()}"
        elif kind == "shuffle" and p["where"]:
            parts = p["where"].split(" AND ")
            draw.shuffle(parts)
            new["where"] = " AND ".join(parts)
        elif kind == "same_where":
            first = self.atom()
            twin = draw.choice((f"({first})", f"{first} AND {first}", f"NOT (NOT ({first}))", f"{first} AND TRUE", f"TRUE AND {first}", f"{first} OR FALSE", f"({first}) AND (1 = 1)", f"{first} OR ({first} AND qty > 1)", f"{first} AND ({first} OR qty > 1)",
                                f"(({first}) AND qty > 1) OR (({first}) AND NOT (qty > 1))", f"CASE WHEN {first} THEN TRUE ELSE FALSE END"))
            p["where"], new["where"] = first, twin
        elif kind == "where":
            new["where"] = "" if p["where"] and draw.random() < 0.3 else self.condition()
        elif kind in ("add", "table_function"):
            at = draw.randint(0, len(new["select"]))
            tables = [v for v in OWN[self.dialect] if any(w in v for w in ("UNNEST", "EXPLODE", "explode", "arrayJoin", "SERIES"))]
            chosen = draw.choice(tables) if kind == "table_function" and tables else self.value()
            new["select"].insert(at, chosen + f" AS added{draw.randint(1, 9)}")
            if draw.random() < 0.2:
                new["select"].append(f"{self.value()} AS more")
            if new["union"] and draw.random() < 0.7:
                new["union"] = (p["union"][0], p["union"][1] + ", 0 AS added")
        elif kind == "replace":
            at = draw.randrange(len(new["select"]))
            new["select"][at] = self.projection(at)
        elif kind == "value":
            at = draw.randrange(len(new["select"]))
            value = self.value()
            twin = draw.choice((f"({value})", f"COALESCE({value})", f"{value} + 0", f"CASE WHEN 1 = 1 THEN {value} END", f"{value} || ''", f"CAST({value} AS INT)", value.lower(), f"IF(TRUE, {value}, NULL)"))
            p["select"][at], new["select"][at] = f"{value} AS v", f"{twin} AS v"
        elif kind == "remove" and len(new["select"]) > 1:
            new["select"].pop(draw.randrange(len(new["select"])))
        elif kind == "swap" and len(new["select"]) > 1:
            draw.shuffle(new["select"])
        elif kind == "alias":
            at = draw.randrange(len(new["select"]))
            p["select"][at], new["select"][at] = draw.sample(("qty", "qty AS qty", "qty qty", "o.qty", "o.qty AS QTY", 'o.qty AS "qty"', "(qty) AS qty", "qty AS other"), 2)
        elif kind == "rewrite":
            text = self.text(p)
            choices = [(a, b) for a, b in REWRITES if a in text]
            if choices:
                a, b = draw.choice(choices)
                return text.replace(a, b) if draw.random() < 0.5 else text.replace(a, b, 1)
        elif kind == "comment":
            return self.text(p).replace(" FROM ", " /* why */ FROM ", 1) + " /* end */"
        elif kind == "brackets":
            return f"({self.text(p)})" if draw.random() < 0.3 else f"SELECT * FROM ({self.text(p)}) AS t"
        elif kind == "cte" and p["with"]:
            name, body = p["with"][0]
            new["with"] = [(name, draw.choice((body + " AND 1 = 1" if "WHERE" in body else body + " WHERE 1 = 1", body.replace("SELECT ", "SELECT 1 AS one, ", 1), body.replace(" FROM", ", 2 AS two FROM", 1), body + " LIMIT 5")))]
        elif kind == "cte":
            new["with"] = [("unused", "SELECT 1 AS a")]
        elif kind == "union":
            new["union"] = None if p["union"] else ("UNION ALL", ", ".join(f"NULL AS c{k}" for k in range(len(p["select"]))))
        elif kind == "join":
            p["joins"], new["joins"] = [[j] for j in draw.sample(("JOIN raw.items AS i ON o.id = i.order_id", "JOIN raw.items AS i ON i.order_id = o.id", "INNER JOIN raw.items AS i ON o.id = i.order_id", "JOIN raw.items i ON o.id = i.order_id AND 1 = 1",
                                                                     "LEFT JOIN raw.items AS i ON o.id = i.order_id", "LEFT OUTER JOIN raw.items AS i ON o.id = i.order_id", "CROSS JOIN raw.items AS i", "JOIN raw.items AS i ON TRUE", "JOIN raw.items AS i ON 1 = 1",
                                                                     ", raw.items AS i"), 2)]
            for q in (p, new):
                q["select"] = ["o.qty AS a", "i.sku AS b"]
                q["where"] = ""
                q["group"], q["having"], q["order"], q["union"] = [], "", "", None
        elif kind == "order":
            new["order"] = draw.choice(("", "1", "2", "qty", "qty ASC", "c0"))
        elif kind == "distinct":
            new["distinct"] = "" if p["distinct"] else "DISTINCT "
        elif kind == "limit":
            new["limit"] = "" if p["limit"] else draw.choice(("10", "5 + 5"))
        elif kind == "having" and p["having"]:
            new["having"] = p["having"] + draw.choice((" AND TRUE", " AND COUNT(*) > 0", " OR FALSE"))
        elif kind == "star":
            names = list(ORDERS)
            p["select"], p["joins"], p["group"], p["having"], p["union"] = [draw.choice(("*", "o.*"))], [], [], "", None
            new.update(p)
            new["select"] = draw.choice((names, [f"o.{n}" for n in names], [*names, "qty + 1 AS more"], ["*", "qty + 1 AS more"], ["1 AS first", "*"], names[:-1], [f"o.{n} AS {n}" for n in names]))
        elif kind == "inner_add":
            inner = "(SELECT MAX(amount) AS m FROM raw.items) AS v"
            more = draw.choice(("(SELECT MAX(amount) AS m, 1 AS k FROM raw.items) AS v", "EXISTS(SELECT 1, 2 FROM raw.items) AS v"))
            p["select"], new["select"] = [*p["select"], inner], [*p["select"], more]
        return self.text(new)

    def pair(self):
        while True:
            p = self.parts()
            edited = self.edited(p)
            before = self.text(p)
            if edited != before and self.takes(before) and self.takes(edited):
                return before, edited


def pairs(dialect, seed, count):
    writer = Writer(dialect, seed)
    return [writer.pair() for _ in range(count)]
