SELECT a->>'k' = 'x' AS e, a->'b'->>'c' AS f, {'k': a->>'b'} AS g FROM db.t WHERE NOT a->>'k' IN ('y') AND b->>'d' IS NULL
