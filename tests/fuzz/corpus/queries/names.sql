SELECT "Order" AS "B c", t."a" || 'it''s' AS q, E'\\n' AS e FROM db."T" AS t
