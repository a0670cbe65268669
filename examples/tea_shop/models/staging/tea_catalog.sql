MODEL (
  name staging.tea_catalog,
  kind VIEW,
  description 'Teas with their suppliers',
  audits (number_of_rows(threshold := 5)),
  tags (catalog, 'reference')
);

SELECT
  t.tea_id, -- our own number
  t.tea_name,
  t.family,
  t.origin,
  CAST(t.price_per_100g AS DECIMAL(10, 2)) AS price_per_100g,
  CAST(t.price_per_100g > @dear_tea AS BOOLEAN) AS is_dear,
  s.supplier_name,
  CAST(s.lead_time_days AS INT) AS lead_time_days
FROM pantry.teas AS t
LEFT JOIN ledger.suppliers AS s
  ON s.supplier_id = t.supplier_id;
