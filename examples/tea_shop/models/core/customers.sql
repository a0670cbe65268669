MODEL (
  name core.customers,
  kind INCREMENTAL_BY_UNIQUE_KEY (
    unique_key customer_id
  ),
  audits (unique_values(columns := customer_id))
);

SELECT
  c.customer_id,
  c.customer_name,
  LOWER(c.email) AS email,
  c.city,
  c.updated_at
FROM pantry.customers AS c
WHERE
  c.updated_at BETWEEN @start_dtntz AND @end_dtntz
