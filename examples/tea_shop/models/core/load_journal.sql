-- One row for each time this model was loaded.
MODEL (
  name core.load_journal,
  kind INCREMENTAL_UNMANAGED,
  start '2024-02-01'
);

SELECT
  CAST(@execution_ts AS TIMESTAMP) AS loaded_at,
  CAST(@start_ds AS DATE) AS first_day,
  CAST(@end_ds AS DATE) AS last_day,
  CAST(COUNT(*) AS INT) AS customers
FROM core.customers AS c
