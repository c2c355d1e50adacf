-- The statements that have to be read anew, or lie in other groups, as they are found.
create or replace temp table restated (
    statement integer, release varchar, glstring varchar, resolution varchar, flags varchar, change varchar
)
