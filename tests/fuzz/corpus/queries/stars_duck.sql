SELECT * EXCLUDE (a) REPLACE (b + 1 AS b) FROM db.t JOIN db.u USING (id)
