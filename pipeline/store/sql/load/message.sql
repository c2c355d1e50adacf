insert into message
select seq, ordinal, message
from batch
