MODEL (
  name core.order_items,
  kind INCREMENTAL_BY_TIME_RANGE (
    time_column ordered_on,
    batch_size 400,
    lookback 2
  ),
  owner shop_team,
  grain (order_id, tea_id),
  references (order_id AS order_key, tea_id),
  audits (
    not_null(columns := (order_id, tea_id, ordered_on)),
    positive_amount(column := grams),
    positive_amount(column := amount, floor_value := 0.5),
    forall(criteria := (grams < 5000, amount < 1000))
  )
);

SELECT
  l.order_id,
  l.tea_id,
  l.customer_id,
  l.shop_id,
  l.ordered_on,
  l.grams,
  l.amount,
  CAST(@IF(@with_tax, l.amount * @vat_rate, 0) AS DECIMAL(10, 2)) AS tax
FROM staging.order_lines AS l
WHERE
  l.ordered_on BETWEEN @start_date AND @end_date
