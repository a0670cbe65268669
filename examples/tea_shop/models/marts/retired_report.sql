MODEL (
  name marts.retired_report,
  kind FULL,
  enabled false
);

SELECT 1 AS nothing
