MODEL (
  name core.orders,
  kind INCREMENTAL_BY_TIME_RANGE (
    time_column ordered_on,
    forward_only false,
    on_destructive_change warn
  ),
  cron '@daily',
  grain order_id,
  audits (
    unique_combination_of_columns(columns := (order_id, ordered_on)),
    at_least_one_tea
  )
);

@DEF(total, x -> CAST(SUM(x) AS DECIMAL(12, 2)));

SELECT
  i.order_id,
  i.ordered_on,
  MIN(i.customer_id) AS customer_id,
  MIN(i.shop_id) AS shop_id,
  CAST(COUNT(*) AS INT) AS line_count,
  @total(i.amount) AS amount,
  @total(i.tax) AS tax,
  @currency AS currency
FROM core.order_items AS i
WHERE
  i.ordered_on BETWEEN @start_ds AND @end_ds
GROUP BY
  i.order_id,
  i.ordered_on;

ANALYZE @this_model
