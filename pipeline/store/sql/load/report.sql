insert into report
select
    seq, ordinal, source, kind, format, sample, sample_scheme, subject, subject_scheme, quality_control,
    identity, run_key, 1, true, ?::bigint, printed, normalised
from batch
