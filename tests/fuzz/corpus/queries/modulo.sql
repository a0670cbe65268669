SELECT 60 + (id + a) % 40 AS x, CONCAT_WS('-', a, 'x', 'y', b) AS y, ROUND(a, 2) AS z FROM db.t WHERE NOT (id = 1 AND a <> 2)
