MODEL (name s.bb, kind FULL);
SELECT id::INT AS id, b::BOOLEAN AS b FROM raw.n
