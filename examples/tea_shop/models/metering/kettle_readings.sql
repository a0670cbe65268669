-- A reading of every kettle each five minutes. The kettles are imaginary: each reading follows from its time.
MODEL (
  name metering.kettle_readings,
  kind INCREMENTAL_BY_TIME_RANGE (
    time_column read_at
  ),
  cron '*/5 * * * *',
  start '6 hours ago',
  audits (accepted_range(column := celsius, min_v := 20, max_v := 100))
);

SELECT
  CAST(m.read_at AS TIMESTAMP) AS read_at,
  CAST(s.shop_id AS INT) AS shop_id,
  CAST(60 + (EXTRACT(MINUTE FROM m.read_at) * s.shop_id) % 40 AS INT) AS celsius
FROM GENERATE_SERIES(
  CAST(@start_dtntz AS TIMESTAMP),
  CAST(@end_dtntz AS TIMESTAMP),
  INTERVAL '5 minutes'
) AS m(read_at)
CROSS JOIN pantry.shops AS s
