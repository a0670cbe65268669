MODEL (
  name core.shop_months,
  kind INCREMENTAL_BY_PARTITION,
  partitioned_by shop_month
);

SELECT
  o.shop_id,
  CAST(CONCAT(CAST(o.shop_id AS TEXT), '/', SUBSTRING(CAST(o.ordered_on AS TEXT), 1, 7)) AS TEXT) AS shop_month,
  CAST(COUNT(*) AS INT) AS orders,
  CAST(SUM(o.amount) AS DECIMAL(12, 2)) AS amount
FROM core.orders AS o
GROUP BY
  o.shop_id,
  CAST(CONCAT(CAST(o.shop_id AS TEXT), '/', SUBSTRING(CAST(o.ordered_on AS TEXT), 1, 7)) AS TEXT)
