MODEL (
  name pantry.shops,
  kind SEED (
    path '$root/seeds/shops.csv',
    csv_settings (delimiter = ';', quotechar = '''')
  ),
  columns (shop_id INT, shop_name TEXT, city TEXT, opened_on DATE, has_tea_room BOOLEAN),
  column_descriptions (shop_name = 'what the sign says'),
  grain shop_id
);
