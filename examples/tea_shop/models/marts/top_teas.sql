MODEL (
  name marts.top_teas,
  kind FULL,
  audits (unique_values(columns := (place)), not_null_non_blocking(columns := (tea_name)))
);

WITH sold AS (
  SELECT
    i.tea_id,
    SUM(i.grams) AS grams,
    SUM(i.amount) AS amount
  FROM core.order_items AS i
  GROUP BY
    i.tea_id
)
SELECT
  CAST(ROW_NUMBER() OVER (ORDER BY sold.amount DESC, sold.tea_id) AS INT) AS place,
  c.tea_name,
  c.family,
  CAST(sold.grams AS INT) AS grams,
  CAST(sold.amount AS DECIMAL(12, 2)) AS amount
FROM sold
JOIN staging.tea_catalog AS c
  ON c.tea_id = sold.tea_id
