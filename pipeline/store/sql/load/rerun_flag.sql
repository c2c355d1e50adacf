insert into report_flag by name
select unnest(from_json(flags, '[{
    "seq": "BIGINT", "ordinal": "INTEGER", "code": "VARCHAR", "token": "VARCHAR", "message": "VARCHAR",
    "severity": "VARCHAR"
}]'), recursive := true)
from (select ?::varchar as flags)
