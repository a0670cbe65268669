grant select on t to group g
