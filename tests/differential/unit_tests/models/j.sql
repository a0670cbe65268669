MODEL (name s.j, kind FULL);
JINJA_QUERY_BEGIN;
SELECT id::INT AS id, '{{ var("word") }}' AS w FROM s.src
JINJA_END;
