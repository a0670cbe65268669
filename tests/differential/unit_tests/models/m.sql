MODEL (name s.m, kind FULL);
SELECT mp FROM raw.m
