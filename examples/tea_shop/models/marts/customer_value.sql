MODEL (
  name marts.customer_value,
  kind FULL
);

@IF(@runtime_stage = 'evaluating', SET TimeZone = 'UTC');

SELECT
  c.customer_id,
  c.customer_name,
  CAST(COUNT(o.order_id) AS INT) AS orders,
  CAST(COALESCE(SUM(o.amount), 0) AS DECIMAL(12, 2)) AS amount,
  CAST(COUNT(o.order_id) >= @VAR('loyal_after', 5) AS BOOLEAN) AS is_loyal
FROM core.customers AS c
LEFT JOIN core.orders AS o
  ON o.customer_id = c.customer_id
GROUP BY
  c.customer_id,
  c.customer_name
