MODEL (
  name core.customer_history,
  kind SCD_TYPE_2_BY_TIME (
    unique_key customer_id,
    invalidate_hard_deletes true
  )
);

SELECT
  c.customer_id,
  c.customer_name,
  c.city,
  c.updated_at
FROM pantry.customers AS c
