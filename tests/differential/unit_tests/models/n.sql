MODEL (name s.n, kind FULL);
SELECT id::INT AS id, {'a': id, 'b': name} AS st, [id, id + 1] AS li, MAP {'k': id} AS mp, name::TEXT AS name, d::DATE AS d, ts::TIMESTAMP AS ts, tz::TIMESTAMPTZ AS tz, dec::DECIMAL(18,3) AS dec, f::FLOAT AS f, b::BOOLEAN AS b, bl::BLOB AS bl, t::TIME AS t, big::HUGEINT AS big, u::UUID AS u, iv::INTERVAL AS iv FROM raw.n
