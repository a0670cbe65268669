alter table t alter column a set not null
