MODEL (name s.js, kind FULL);
SELECT id::INT AS id, j::JSON AS j FROM raw.js
