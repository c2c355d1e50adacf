select
    newer.receipt, conflict.donor, conflict.owner, conflict.locus, conflict.fields, conflict.fields < 2 as held,
    said.reported, meant.glstring, older.receipt as other_receipt, other_said.reported as other_reported,
    other_meant.glstring as other_glstring
from conflict
join receipt as newer on newer.seq = conflict.seq
join receipt as older on older.seq = conflict.other_seq
join statement as said on said.id = conflict.statement
join statement as other_said on other_said.id = conflict.other_statement
join meaning as meant on meant.statement = said.id and meant.release = (select release from release_in_use)
join meaning as other_meant
    on other_meant.statement = other_said.id and other_meant.release = (select release from release_in_use)
order by conflict.donor, conflict.owner, conflict.seq, conflict.ordinal, conflict.locus, conflict.other_seq, conflict.other_ordinal, conflict.statement, conflict.other_statement
