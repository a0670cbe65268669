-- name: client_add
INSERT INTO clients (id, project_id, name, secret_hash, scopes, created_ts, revoked_ts, last_used_ts)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: client_get
SELECT * FROM clients WHERE id = $1;

-- name: clients_page
SELECT * FROM clients WHERE project_id = $1 AND id > $2 ORDER BY id LIMIT $3;

-- name: client_count
SELECT COUNT(*) AS count FROM clients;

-- name: client_revoke
UPDATE clients SET revoked_ts = COALESCE(revoked_ts, $2) WHERE id = $1;

-- name: client_touch
UPDATE clients SET last_used_ts = $2 WHERE id = $1;

-- name: token_add
INSERT INTO tokens (hash, client_id, project_id, scopes, expires_ts) VALUES ($1, $2, $3, $4, $5);

-- name: token_get
SELECT t.hash, t.client_id, t.project_id, t.scopes, t.expires_ts
FROM tokens AS t
JOIN clients AS c ON c.id = t.client_id
WHERE t.hash = $1 AND t.expires_ts > $2 AND c.revoked_ts IS NULL;

-- name: tokens_of_client_delete
DELETE FROM tokens WHERE client_id = $1;

-- name: tokens_clean
DELETE FROM tokens WHERE hash IN (SELECT hash FROM tokens WHERE expires_ts < $1 ORDER BY expires_ts LIMIT $2);

-- name: executors_of_client_fence
UPDATE executors SET state = 'fenced' WHERE client_id = $1 AND state <> 'fenced';

-- name: leases_of_client
SELECT t.*
FROM tasks AS t
JOIN executors AS x ON x.id = t.executor_id
WHERE x.client_id = $1 AND t.state = 'leased'
ORDER BY t.work_id, t.position;
