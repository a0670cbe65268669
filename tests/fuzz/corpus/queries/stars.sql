SELECT *, t.* EXCEPT (a) FROM db.t AS t
