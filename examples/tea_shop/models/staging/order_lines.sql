/* Order lines with the day they count for. */
MODEL (
  name staging.order_lines,
  kind EMBEDDED
);

SELECT
  l.order_id,
  CAST(l.ordered_at AS DATE) AS ordered_on,
  l.ordered_at,
  l.customer_id,
  l.shop_id,
  l.tea_id,
  l.grams,
  l.amount
FROM pantry.order_lines AS l
WHERE l.grams > 0
