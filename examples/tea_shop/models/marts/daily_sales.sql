MODEL (
  name marts.daily_sales,
  kind INCREMENTAL_BY_TIME_RANGE (
    time_column ordered_on
  ),
  audits (not_null(columns := (ordered_on)), assert_sales_add_up)
);

SELECT
  i.ordered_on,
  @EACH(
    @tea_families,
    f -> CAST(SUM(CASE WHEN t.family = @f THEN i.grams ELSE 0 END) AS INT) AS @{f}_grams
  ),
  CAST(SUM(i.grams) AS INT) AS grams,
  CAST(SUM(i.amount) AS DECIMAL(12, 2)) AS amount
FROM core.order_items AS i
JOIN pantry.teas AS t
  ON t.tea_id = i.tea_id
WHERE
  i.ordered_on BETWEEN @start_ds AND @end_ds
GROUP BY
  i.ordered_on;
