-- The teas that the shops sell.
MODEL (
  name pantry.teas,
  kind SEED (path '../../seeds/teas.csv'),
  audits (
    not_null(columns := (tea_id, tea_name)),
    unique_values(columns := (tea_id)),
    accepted_values(column := family, is_in := ('green', 'black', 'oolong', 'herbal'))
  ),
  grain tea_id
);
