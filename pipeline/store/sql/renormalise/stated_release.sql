-- What is doubtful about a typing for the release alone that it was made under.
create or replace temp table stated as
select unnest($stated::varchar[]) as stated_release, unnest($flags::varchar[]) as flags
