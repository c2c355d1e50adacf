insert into procedure
select
    seq, ordinal, coalesce(normalised->>'procedure', ''), coalesce(normalised->>'device', ''),
    coalesce(normalised->>'device_serial', ''), coalesce(normalised->>'software', ''),
    normalised->>'started', normalised->>'ended', coalesce(normalised->'alarms', '[]')
from batch
where kind = 'collection'
