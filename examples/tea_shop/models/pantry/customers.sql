MODEL (
  name pantry.customers,
  kind SEED (path '../../seeds/customers.csv', batch_size 5),
  columns (customer_id INT, customer_name TEXT, email TEXT, city TEXT, updated_at TIMESTAMP),
  audits (valid_address(column := email)),
  grain customer_id
);

AUDIT (
  name valid_address
);
SELECT * FROM @this_model WHERE NOT @column LIKE '%_@_%.__%'
