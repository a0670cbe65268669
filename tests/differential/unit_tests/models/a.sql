MODEL (name s.a, kind FULL);
WITH x AS (SELECT id, v FROM s.src), y AS (SELECT id, v * @rate AS v FROM x), z AS (SELECT id, SUM(v) AS v FROM y GROUP BY id)
SELECT id::INT AS id, v::DOUBLE AS v, CASE WHEN v > 5 THEN 'big' END AS size FROM z
