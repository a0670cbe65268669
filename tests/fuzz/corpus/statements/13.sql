create unique index if not exists @{name}_idx on "S".t using btree (a desc, lower(b), @f(x -> x + 1)) where a > interval '1' day
