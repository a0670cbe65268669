MODEL (
  name marts.shop_league,
  kind FULL,
  cron '@hourly'
);

SELECT
  s.shop_name,
  s.city,
  COALESCE(m.orders, 0) AS orders,
  k.hottest
FROM staging.shops AS s
LEFT JOIN (
  SELECT shop_id, CAST(SUM(orders) AS INT) AS orders FROM core.shop_months GROUP BY shop_id
) AS m
  ON m.shop_id = s.shop_id
LEFT JOIN (
  SELECT shop_id, MAX(hottest) AS hottest FROM metering.kettle_hours GROUP BY shop_id
) AS k
  ON k.shop_id = s.shop_id
