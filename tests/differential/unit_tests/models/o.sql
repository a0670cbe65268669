MODEL (name s.o, kind FULL);
SELECT id::INT AS id, name::TEXT AS name FROM raw.o ORDER BY id DESC LIMIT 3
