MODEL (
  name marts.price_list,
  kind VIEW
);

SELECT
  c.tea_name,
  c.family,
  h.price_per_100g,
  @currency AS currency
FROM staging.tea_catalog AS c
JOIN core.price_history AS h
  ON h.tea_id = c.tea_id AND h.valid_to IS NULL;

ON_VIRTUAL_UPDATE_BEGIN;
INSERT INTO ledger.publications (what, row_count) SELECT 'price list' AS what, COUNT(*) AS row_count FROM @this_model;
ON_VIRTUAL_UPDATE_END;
