MODEL (name s.inf, kind FULL);
SELECT TYPEOF(t)::TEXT AS k FROM raw.inf
