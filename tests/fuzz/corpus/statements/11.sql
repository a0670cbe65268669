@IF(@gateway = 'prod', grant select on @this_model to role reader)
