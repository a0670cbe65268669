AUDIT (
  name positive_amount,
  defaults (floor_value = 0)
);

SELECT * FROM @this_model WHERE @column <= @floor_value;

AUDIT (
  name at_least_one_tea,
  blocking false
);

SELECT * FROM @this_model WHERE line_count < 1;

AUDIT (
  name assert_sales_add_up
);

SELECT * FROM @this_model
WHERE @REDUCE(@EACH(@tea_families, f -> @{f}_grams), (a, b) -> a + b) <> grams
