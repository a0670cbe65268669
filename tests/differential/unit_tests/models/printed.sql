MODEL (name s.printed, kind FULL);
WITH x AS (SELECT * FROM raw.printed)
SELECT id, CONCAT_WS('-', w, v) AS words, 60 + (id + 3) % 4 AS bucket, UPPER(id) AS up, j->>'k' = 'y' AS is_y FROM x
