MODEL (
  name pantry.price_list,
  kind SEED (
    path '../../seeds/price_list.csv',
    csv_settings (na_values = ('N/A', ''), keep_default_na = true)
  ),
  columns (tea_id INT, price_per_100g DECIMAL(10, 2), note TEXT)
);
