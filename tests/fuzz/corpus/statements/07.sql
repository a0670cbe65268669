fetch next from c
