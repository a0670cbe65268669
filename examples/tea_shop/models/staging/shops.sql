MODEL (
  name staging.shops,
  kind VIEW
);

SELECT * FROM pantry.shops
