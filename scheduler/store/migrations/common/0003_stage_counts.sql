-- Counting a stage reads indexes only: how many there are does not change, few are open, and few are in trouble.
CREATE INDEX tasks_stage ON tasks (work_id, stage_index);
CREATE INDEX tasks_troubled ON tasks (work_id, stage_index, state) WHERE state IN ('failed', 'skipped', 'cancelled');
