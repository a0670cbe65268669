MODEL (name s.u, kind FULL);
SELECT id::INT AS id, 'l' AS side FROM raw.o UNION ALL SELECT id::INT, 'r' FROM raw.p
