AUDIT (
  name orders_have_items,
  standalone true,
  description 'Each order has at least one item',
  owner shop_team,
  cron '@daily'
);

SELECT
  o.order_id
FROM core.orders AS o
LEFT JOIN core.order_items AS i
  ON i.order_id = o.order_id
WHERE
  i.order_id IS NULL
