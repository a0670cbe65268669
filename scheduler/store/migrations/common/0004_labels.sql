-- Lists of texts as JSON. A task without labels has NULL, so that it costs a claim nothing to see.
ALTER TABLE executors ADD COLUMN labels TEXT NOT NULL DEFAULT '[]';
ALTER TABLE tasks ADD COLUMN labels TEXT;
