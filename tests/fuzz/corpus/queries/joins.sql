SELECT t.a, u.b FROM db.t AS t LEFT JOIN db.u AS u ON t.id = u.id AND u.ds > '2024-01-01' CROSS JOIN LATERAL (SELECT t.b AS k) AS l, (VALUES (1, 'a'), (2, 'b')) AS v(n, s)
