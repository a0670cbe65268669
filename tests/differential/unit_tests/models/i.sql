MODEL (name s.i, kind INCREMENTAL_BY_TIME_RANGE (time_column ds));
SELECT id::INT AS id, ds::DATE AS ds, CURRENT_TIMESTAMP AS now, @execution_ds AS ex, @start_ts AS st FROM raw.i WHERE ds BETWEEN @start_ds AND @end_ds
