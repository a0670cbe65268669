MODEL (
  name metering.kettle_hours,
  kind INCREMENTAL_BY_TIME_RANGE (
    time_column hour_of,
    lookback 1
  ),
  cron '@hourly',
  start '6 hours ago'
);

SELECT
  CAST(DATE_TRUNC('HOUR', r.read_at) AS TIMESTAMP) AS hour_of,
  r.shop_id,
  MAX(r.celsius) AS hottest,
  CAST(COUNT(*) AS INT) AS readings
FROM metering.kettle_readings AS r
WHERE
  r.read_at BETWEEN @start_dtntz AND @end_dtntz
GROUP BY
  CAST(DATE_TRUNC('HOUR', r.read_at) AS TIMESTAMP),
  r.shop_id
