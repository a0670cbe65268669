MODEL (
  name core.price_history,
  kind SCD_TYPE_2_BY_COLUMN (
    unique_key (tea_id),
    columns [price_per_100g, note]
  )
);

SELECT
  p.tea_id,
  p.price_per_100g,
  p.note
FROM pantry.price_list AS p
