MODEL (name s.src, kind FULL);
SELECT 1::INT AS id, 2.5::DOUBLE AS v
