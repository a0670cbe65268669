insert into @{schema}.told (a, b) select count(*), lower(x) from s where ds between @start_ds and @end_ds group by 1 -- why
