SELECT [1, 2, a][1] AS l, {'x': a} AS s, LIST_TRANSFORM([1], x -> x + 1) AS t, a ->> '$.k' AS j, b ILIKE '%x' AS i, -(-a) AS n FROM db.t
