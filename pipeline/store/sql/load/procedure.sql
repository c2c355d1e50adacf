insert into procedure
select
    seq, ordinal, coalesce(measured->>'procedure', ''), coalesce(measured->>'device', ''),
    coalesce(measured->>'device_serial', ''), coalesce(measured->>'software', ''),
    measured->>'started', measured->>'ended', coalesce(measured->'alarms', '[]')
from batch
where kind = 'collection'
