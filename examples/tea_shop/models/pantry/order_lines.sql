MODEL (
  name pantry.order_lines,
  kind SEED (path '../../seeds/order_lines.csv'),
  columns (
    order_id INT, ordered_at TIMESTAMP, customer_id INT, shop_id INT, tea_id INT, grams INT, amount DECIMAL(10, 2)
  )
);
