comment on view v is 'x'
